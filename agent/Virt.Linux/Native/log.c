#define _GNU_SOURCE
#include "log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 16 * 1024, LINE_MAX_BYTES = 16 * 1024 };

// One thread reads all pipes, so that one buffer each is enough.
static char input[CHUNK];
static char output[64 * 1024];
static size_t used;

static void two(char *at, int value)
{
    at[0] = (char)('0' + value / 10 % 10);
    at[1] = (char)('0' + value % 10);
}

void format_time(char *text, long long seconds, long nanoseconds)
{
    struct tm t;
    time_t s = seconds;
    gmtime_r(&s, &t);
    memcpy(text, "0000-00-00T00:00:00.000000000Z", TIME_LENGTH + 1);
    two(text, (t.tm_year + 1900) / 100);
    two(text + 2, (t.tm_year + 1900) % 100);
    two(text + 5, t.tm_mon + 1);
    two(text + 8, t.tm_mday);
    two(text + 11, t.tm_hour);
    two(text + 14, t.tm_min);
    two(text + 17, t.tm_sec);
    for (int i = 28; i > 19; i--, nanoseconds /= 10)
        text[i] = (char)('0' + nanoseconds % 10);
}

// A full disk loses output; the container must not stand still for it.
static void flush(struct log_file *log)
{
    for (size_t at = 0; at < used;) {
        ssize_t n = write(log->fd, output + at, used - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        at += (size_t)n;
        log->size += n;
    }
    used = 0;
}

static void append(struct log_file *log, const char *bytes, size_t count)
{
    if (used + count > sizeof output)
        flush(log);
    memcpy(output + used, bytes, count);
    used += count;
}

static void entry(struct log_stream *stream, struct log_file *log, const char *time, const char *bytes, size_t count, int full)
{
    append(log, time, TIME_LENGTH);
    append(log, " ", 1);
    append(log, stream->name, 6);
    append(log, full ? " F " : " P ", 3);
    append(log, bytes, count);
    append(log, "\n", 1);
    stream->open_line = !full;
}

int log_open(struct log_file *log, const char *path, int64_t limit)
{
    log->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (log->fd < 0)
        return errno;
    log->path = strdup(path);
    log->limit = limit;
    log->size = lseek(log->fd, 0, SEEK_END);
    return log->path ? 0 : ENOMEM;
}

void log_close(struct log_file *log)
{
    if (log->fd >= 0)
        close(log->fd);
    free(log->path);
    *log = (struct log_file){.fd = -1};
}

// Between two entries only. Where it fails, the file grows beyond its limit; the next entry tries again.
static void rotate(struct log_file *log)
{
    char old[PATH_MAX];
    if (log->limit <= 0 || log->size < log->limit || snprintf(old, sizeof old, "%s.1", log->path) >= (int)sizeof old)
        return;
    if (rename(log->path, old) < 0)
        return;
    int fd = open(log->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (fd < 0)
        return;
    close(log->fd);
    log->fd = fd;
    log->size = 0;
}

enum log_state log_move(struct log_stream *stream, struct log_file *log)
{
    ssize_t n;
    while ((n = read(stream->pipe, input, sizeof input)) < 0 && errno == EINTR)
        ;
    if (n < 0)
        return errno == EAGAIN || (errno == EIO && stream->is_terminal) ? LOG_DRAINED : LOG_ENDED; // EIO: nobody has it open just now
    if (n == 0 && !stream->open_line)
        return LOG_ENDED;

    struct timespec now;
    char time[TIME_LENGTH + 1];
    clock_gettime(CLOCK_REALTIME, &now);
    format_time(time, now.tv_sec, now.tv_nsec);
    if (n == 0)
        entry(stream, log, time, "", 0, 1); // the end of the stream ends its line
    for (ssize_t at = 0; at < n;) {
        size_t left = (size_t)(n - at);
        const char *end = memchr(input + at, '\n', left);
        size_t count = end ? (size_t)(end - (input + at)) : left;
        size_t text = count;
        while (stream->is_terminal && text && input[at + (ssize_t)text - 1] == '\r')
            text--; // a terminal's line ends in CR LF, or CR CR LF
        entry(stream, log, time, input + at, text, end != NULL);
        at += (ssize_t)count + (end != NULL);
        // Where a line ends, so that the older file's going takes no part of one that stays.
        if (end && log->limit > 0 && log->size + (int64_t)used >= log->limit) {
            flush(log);
            rotate(log);
        }
    }
    flush(log);
    if (log->size / 2 >= log->limit)
        rotate(log); // a line without an end
    return n == 0 ? LOG_ENDED : LOG_MORE;
}
