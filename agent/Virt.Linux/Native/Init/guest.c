// The guest's first process: it makes the guest what its one container needs, starts the container's first process and the commands beside it, and relays what
// they read and write. It is in the guest's initramfs, and the container is in namespaces of its own beside it: nothing in it sees this process.
#include "guest.h"
#include <asm/ioctls.h>
#include <asm/termios.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/signalfd.h>
#include <linux/time_types.h>
#include <linux/wait.h>

enum { PORT_TRIES = 20000, DESCRIPTION_PARTS = 4 };

struct stream {
    long pid;                    // 0: none
    int is_used, has_ended, code, has_terminal, input_ends;
    int input, outputs[2];       // -1: closed
    size_t credit[2];
    struct ring ring;            // of the input
    char *description;
    size_t description_size;
};

static struct link channel;
static struct stream streams[STREAMS];

int each_record(char *bytes, size_t size, void (*handle)(uint32_t kind, char *bytes, uint32_t size, void *context), void *context)
{
    uint32_t head[2];
    for (size_t at = 0; at < size; at += sizeof head + head[1]) {
        if (size - at < sizeof head)
            return -EPROTO;
        memcpy(head, bytes + at, sizeof head);
        if (size - at - sizeof head < head[1])
            return -EPROTO;
        handle(head[0], bytes + at + sizeof head, head[1], context);
    }
    return 0;
}

static void take_record(uint32_t kind, char *bytes, uint32_t size, void *context)
{
    struct description *d = context;
    switch (kind) {
    case RECORD_ARGUMENT:
        if (d->arguments_count < ARGUMENTS_MAX)
            d->arguments[d->arguments_count++] = bytes;
        break;
    case RECORD_VARIABLE:
        if (d->variables_count < ARGUMENTS_MAX)
            d->variables[d->variables_count++] = bytes;
        break;
    case RECORD_PROGRAM:
        if (d->programs_count < 64)
            d->programs[d->programs_count++] = bytes;
        break;
    case RECORD_FOLDER: d->folder = bytes; break;
    case RECORD_HOST_NAME: d->host_name = bytes; break;
    case RECORD_LIST: d->lists = 1; break;
    case RECORD_IDENTITY:
        if (size == sizeof d->identity)
            memcpy(&d->identity, bytes, size);
        break;
    case RECORD_GROUP:
        if (size == 4 && d->groups_count < GROUPS_MAX)
            memcpy(&d->groups[d->groups_count++], bytes, 4);
        break;
    }
}

static void describe(struct stream *stream, const char *bytes, size_t size)
{
    if (!stream->description) {
        long made = RAW(mmap, 0, DESCRIPTION_MAX, 3 /* PROT_READ | PROT_WRITE */, 0x22 /* MAP_PRIVATE | MAP_ANONYMOUS */, -1, 0);
        if (made < 0)
            return;
        stream->description = (char *)made;
    }
    if (stream->description_size + size <= DESCRIPTION_MAX) {
        memcpy(stream->description + stream->description_size, bytes, size);
        stream->description_size += size;
    }
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        RAW(close, *fd);
    *fd = -1;
}

static void end_stream(int number)
{
    struct stream *stream = &streams[number];
    if (number == 0)
        RAW(sync);
    close_fd(&stream->outputs[0]);
    if (!stream->has_terminal)
        close_fd(&stream->input);
    close_fd(&stream->outputs[1]);
    stream->input = -1;
    if (stream->description)
        RAW(munmap, stream->description, DESCRIPTION_MAX);
    link_send_int(&channel, number, FRAME_EXIT, stream->code);
    memset(stream, 0, offsetof(struct stream, ring));
    stream->input = stream->outputs[0] = stream->outputs[1] = -1;
    stream->ring.size = 0;
    stream->description = 0;
    stream->description_size = 0;
}

static void run(int number)
{
    static struct description d;
    struct stream *stream = &streams[number];
    memset(&d, 0, sizeof d);
    d.bytes = stream->description;
    d.size = stream->description_size;
    int error = stream->description ? each_record(d.bytes, d.size, take_record, &d) : -EPROTO;
    if (!error && number == 0)
        error = prepare_guest(&d);
    struct started started = {.error = -error};
    if (!error)
        started = start_command(&d, number == 0);
    if (!started.error && number == 0)
        enter_namespaces_of(started.pid);
    stream->is_used = 1;
    link_send_int(&channel, number, FRAME_STARTED, started.error);
    if (started.error) {
        stream->input = stream->outputs[0] = stream->outputs[1] = -1;
        stream->code = 127;
        end_stream(number);
        return;
    }
    stream->pid = started.pid;
    stream->has_terminal = d.identity.flags & IDENTITY_TERMINAL;
    stream->input = started.input;
    stream->outputs[0] = started.output;
    stream->outputs[1] = started.error_output;
    stream->credit[0] = stream->credit[1] = WINDOW;
}

static void feed(int number)
{
    struct stream *stream = &streams[number];
    long r = stream->input < 0 ? -EPIPE : ring_write(&stream->ring, stream->input);
    if (r < 0) {
        r = (long)stream->ring.size;
        stream->ring.size = 0;
        if (!stream->has_terminal)
            close_fd(&stream->input);
    }
    if (r > 0)
        link_send_int(&channel, number, FRAME_INPUT_CREDIT, (int)r);
    if (stream->input_ends && !stream->ring.size && !stream->has_terminal)
        close_fd(&stream->input);
}

static void handle(const struct frame *frame, const char *bytes)
{
    struct stream *stream = &streams[frame->stream];
    int values[2] = {0};
    memcpy(values, bytes, frame->length < sizeof values ? frame->length : sizeof values);
    if (frame->kind == FRAME_DESCRIBE && !stream->is_used)
        describe(stream, bytes, frame->length);
    else if (frame->kind == FRAME_RUN && !stream->is_used)
        run(frame->stream);
    if (!stream->is_used)
        return;
    switch (frame->kind) {
    case FRAME_INPUT:
        if (ring_add(&stream->ring, bytes, frame->length) == 0)
            feed(frame->stream);
        break;
    case FRAME_INPUT_END:
        stream->input_ends = 1;
        feed(frame->stream);
        break;
    case FRAME_CREDIT:
        if (values[0] == 1 || values[0] == 2) {
            stream->credit[values[0] - 1] += values[1] > 0 ? (size_t)values[1] : 0;
            if (values[1] < 0 && !stream->has_terminal)
                close_fd(&stream->outputs[values[0] - 1]);
        }
        break;
    case FRAME_SIGNAL:
        if (stream->pid)
            RAW(kill, stream->pid, values[0]);
        break;
    case FRAME_SIZE: {
        struct winsize size = {.ws_col = (uint16_t)values[0], .ws_row = (uint16_t)values[1]};
        if (stream->has_terminal && stream->outputs[0] >= 0)
            RAW(ioctl, stream->outputs[0], TIOCSWINSZ, &size);
        break;
    }
    case FRAME_HANGUP:
        if (stream->pid) {
            RAW(kill, -stream->pid, SIGKILL);
            RAW(kill, stream->pid, SIGKILL);
        }
        // Its terminal's other end goes with it, which hangs up whoever is left there.
        break;
    }
}

// One read; what is there no more ends it. True where something came.
static int pump(int number, int which)
{
    static char part[PAYLOAD_MAX];
    struct stream *stream = &streams[number];
    int fd = stream->outputs[which];
    if (fd < 0 || !stream->credit[which] || !link_has_room(&channel))
        return 0;
    long r = RAW(read, fd, part, stream->credit[which] < sizeof part ? stream->credit[which] : sizeof part);
    if (r == -EAGAIN || r == -EINTR)
        return 0;
    if (r <= 0) {
        close_fd(&stream->outputs[which]);
        return 0;
    }
    stream->credit[which] -= (size_t)r;
    link_send(&channel, number, FRAME_OUTPUT + which, part, (size_t)r);
    return 1;
}

// What it had written before its end goes before the word of that; whoever it has left behind with its outputs is not waited for.
static void drain(int number)
{
    struct stream *stream = &streams[number];
    for (int which = 0; which < 2; which++) {
        while (pump(number, which))
            ;
        if (stream->outputs[which] >= 0 && (!stream->credit[which] || !link_has_room(&channel)))
            return;
    }
    end_stream(number);
}

static void bury(void)
{
    int status;
    long pid;
    while ((pid = RAW(wait4, -1, &status, WNOHANG | __WALL, 0)) > 0)
        for (int i = 0; i < STREAMS; i++)
            if (streams[i].is_used && streams[i].pid == pid) {
                streams[i].has_ended = 1;
                streams[i].pid = 0;
                streams[i].code = exit_code(status);
            }
}

static void pause_milliseconds(int count)
{
    struct __kernel_timespec time = {count / 1000, count % 1000 * 1000000LL};
    RAW(ppoll, 0, 0, &time, 0, 0);
}

static long open_port(void)
{
    long fd = -ENOENT;
    for (int tries = PORT_TRIES; tries && fd < 0; tries--) {
        fd = RAW(openat, AT_FDCWD, "/dev/vport0p1", O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            fd = RAW(openat, AT_FDCWD, "/dev/vport1p1", O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            pause_milliseconds(1);
    }
    return fd;
}

static void watch(long signals)
{
    static struct pollfd events[2 + 3 * STREAMS];
    static struct { short stream, source; } sources[2 + 3 * STREAMS];
    int count = 2;
    events[0] = (struct pollfd){channel.fd, POLLIN | (channel.tx_size ? POLLOUT : 0), 0};
    events[1] = (struct pollfd){(int)signals, POLLIN, 0};
    for (int i = 0; i < STREAMS; i++) {
        struct stream *s = &streams[i];
        if (!s->is_used)
            continue;
        for (int w = 0; w < 2; w++)
            if (s->outputs[w] >= 0 && s->credit[w] && link_has_room(&channel) && !s->has_ended) {
                events[count] = (struct pollfd){s->outputs[w], POLLIN, 0};
                sources[count].stream = (short)i;
                sources[count++].source = (short)w;
            }
        if (s->input >= 0 && s->ring.size) {
            events[count] = (struct pollfd){s->input, POLLOUT, 0};
            sources[count].stream = (short)i;
            sources[count++].source = 2;
        }
    }
    RAW(ppoll, events, count, 0, 0, 0);
    if (events[0].revents && (link_flush(&channel) < 0 || link_receive(&channel, handle) < 0))
        RAW(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, 0);
    for (int i = 2; i < count; i++)
        if (events[i].revents && streams[sources[i].stream].is_used) {
            if (sources[i].source == 2)
                feed(sources[i].stream);
            else
                pump(sources[i].stream, sources[i].source);
        }
    if (events[1].revents) {
        struct signalfd_siginfo info;
        while (RAW(read, signals, &info, sizeof info) == sizeof info)
            ;
        bury();
    }
    for (int i = 0; i < STREAMS; i++)
        if (streams[i].is_used && streams[i].has_ended)
            drain(i);
}

void guest_main(void)
{
    uint64_t all = ~(uint64_t)0;
    RAW(rt_sigprocmask, SIG_SETMASK, &all, 0, sizeof all);
    long signals = RAW(signalfd4, -1, &all, sizeof all, O_CLOEXEC | O_NONBLOCK);
    RAW(mkdirat, AT_FDCWD, "/proc", 0755);
    RAW(mkdirat, AT_FDCWD, "/dev", 0755);
    RAW(mkdirat, AT_FDCWD, GUEST_ROOT, 0755);
    RAW(mount, "proc", "/proc", "proc", 0, 0);
    RAW(mount, "dev", "/dev", "devtmpfs", 0, 0);
    load_modules();
    long port = open_port();
    if (port < 0) {
        say("virt: the guest finds no port to its host.\n");
        RAW(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, 0);
    }
    channel.fd = (int)port;
    for (int i = 0; i < STREAMS; i++)
        streams[i].input = streams[i].outputs[0] = streams[i].outputs[1] = -1;
    link_send(&channel, 0, FRAME_READY, 0, 0);
    for (;;)
        watch(signals);
}
