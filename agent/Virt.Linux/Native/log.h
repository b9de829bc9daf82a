// A container's output in the CRI log format: `<RFC 3339 time> stdout|stderr F|P <bytes>`, P where the line goes on in the next entry.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct log_stream {
    int pipe;                   // the reading end, not blocking; -1: closed
    const char *name;           // "stdout" or "stderr"
    int open_line;              // the last entry was a P
    int is_terminal;            // the other end of one: it ends when its owner says so
};

// Where it goes. At its limit the file becomes `<path>.1`, in whose place it stays until the next time, and a new one is begun: both together never take
// more than twice the limit, and whoever writes is not held up.
struct log_file {
    int fd;                     // -1: none
    char *path;
    int64_t size, limit;        // limit 0: none
};

enum log_state { LOG_DRAINED, LOG_MORE, LOG_ENDED };

// Moves what the pipe holds, at most one buffer of it, to the log. LOG_ENDED: it has no writer any more; the caller closes it.
enum log_state log_move(struct log_stream *stream, struct log_file *log);

// 0, or an errno; close with log_close.
int log_open(struct log_file *log, const char *path, int64_t limit);
void log_close(struct log_file *log);

// `2026-11-23T05:06:07.123456789Z` and a zero: 31 bytes.
enum { TIME_LENGTH = 30 };
void format_time(char *text, long long seconds, long nanoseconds);
