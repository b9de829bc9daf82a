// The relay of the role `machine`: what the command in the guest and the commands beside it read and write, their signals and their ends. What comes from the guest
// is somebody else's: it is looked at before it is believed.
#include "monitor.h"
#include <linux/signal.h>
#include <linux/signalfd.h>
#include <linux/wait.h>

enum { FAILED = 125, NO_WAIT = 0x40, RECEIVED_CLOSE_ON_EXEC = 0x40000000, SOCKET_LEVEL = 1, RIGHTS = 1 };

struct stream {
    int is_used, is_running, is_gone, has_ended, code, input_ended;
    int client, description, fds[3]; // input, output, error
    size_t credit;                   // of the input
    struct ring rings[2];
};

static struct link channel;
static struct stream streams[STREAMS];
static long qemu, files;
static int is_ready, listener, tells_ready = 1;
static uint64_t kept_signals;

// To whoever waits for the start: why there will be none. Stage 0: the command could not be executed; 1: its machine has ended.
static void tell_ready(int error, int stage)
{
    int words[2] = {error, stage};
    if (tells_ready) {
        RAW(write, READY, words, sizeof words);
        RAW(close, READY);
    }
    tells_ready = 0;
}

__attribute__((noreturn)) void monitor_fail(const char *who, const char *what, unsigned long number)
{
    // In one piece: QEMU writes there too.
    char text[256], digits[24];
    size_t n = 0;
    number_text(digits, number);
    const char *const parts[] = {"virt: the container's virtual machine ended: ", who, what, digits, ".\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (const char *c = parts[i]; *c && n < sizeof text - 1; c++)
            text[n++] = *c;
    text[n] = 0;
    say(text);
    tell_ready(EIO, 1);
    leave(FAILED);
}

static void run(int number)
{
    static char part[PAYLOAD_MAX];
    struct stream *stream = &streams[number];
    long r;
    while ((r = RAW(read, stream->description, part, sizeof part)) > 0)
        link_send(&channel, number, FRAME_DESCRIBE, part, (size_t)r);
    int64_t clock[2] = {0};
    uint32_t head[2] = {RECORD_CLOCK, sizeof clock};
    RAW(clock_gettime, 0 /* CLOCK_REALTIME */, clock);
    link_send(&channel, number, FRAME_DESCRIBE, head, sizeof head);
    link_send(&channel, number, FRAME_DESCRIBE, clock, sizeof clock);
    link_send(&channel, number, FRAME_RUN, 0, 0);
    RAW(close, stream->description);
    stream->description = -1;
    stream->credit = WINDOW;
    stream->is_running = 1;
}

static void close_stream(struct stream *stream)
{
    for (int i = 0; i < 3; i++)
        if (stream->fds[i] >= 0)
            RAW(close, stream->fds[i]);
    if (stream->client >= 0)
        RAW(close, stream->client);
    if (stream->description >= 0)
        RAW(close, stream->description);
    stream->client = stream->description = stream->fds[0] = stream->fds[1] = stream->fds[2] = -1;
    stream->rings[0].size = stream->rings[1].size = 0;
}

static void answer(struct stream *stream, int kind, int value)
{
    struct enter_packet packet = {LINK_VERSION, (uint32_t)kind, value, 0};
    if (stream->client >= 0)
        RAW(sendto, stream->client, &packet, sizeof packet, NO_WAIT, 0, 0);
}

// All that it wrote has been handed on: now its end is told.
static void finish(int number)
{
    struct stream *stream = &streams[number];
    if (!stream->has_ended || stream->rings[0].size || stream->rings[1].size)
        return;
    if (number == 0) {
        tell_ready(0, 0);
        // Neither is to have the other's end to complain of: what they say goes into the container's log.
        RAW(kill, qemu, SIGSTOP);
        RAW(kill, files, SIGKILL);
        RAW(kill, qemu, SIGKILL);
        leave(stream->code);
    }
    answer(stream, ENTER_EXIT, stream->code);
    close_stream(stream);
    stream->is_used = 0;
}

static void write_out(int number, int which)
{
    struct stream *stream = &streams[number];
    struct ring *ring = &stream->rings[which];
    long r = stream->fds[1 + which] < 0 ? -EPIPE : ring_write(ring, stream->fds[1 + which]);
    int credit[2] = {1 + which, (int)r};
    if (r < 0) {
        ring->size = 0;
        credit[1] = -1; // nobody reads: whoever writes there shall learn it
        if (stream->fds[1 + which] >= 0)
            RAW(close, stream->fds[1 + which]);
        stream->fds[1 + which] = -1;
    }
    if (r && !stream->has_ended)
        link_send(&channel, number, FRAME_CREDIT, credit, sizeof credit);
}

static void handle(const struct frame *frame, const char *bytes)
{
    struct stream *stream = &streams[frame->stream];
    int value = 0;
    if (frame->length >= sizeof value)
        memcpy(&value, bytes, sizeof value);
    if (frame->kind == FRAME_READY && !is_ready) {
        is_ready = 1;
        for (int i = 0; i < STREAMS; i++)
            if (streams[i].is_used)
                run(i);
        for (int i = 1; i < 64; i++)
            if (kept_signals >> i & 1)
                link_send_int(&channel, 0, FRAME_SIGNAL, i);
        return;
    }
    if (!stream->is_running)
        return;
    switch (frame->kind) {
    case FRAME_STARTED:
        if (frame->stream == 0)
            tell_ready(value, 0);
        else
            answer(stream, ENTER_STARTED, value);
        break;
    case FRAME_OUTPUT:
    case FRAME_ERROR:
        // One that sends more than it may is cut off, and not kept for.
        if (ring_add(&stream->rings[frame->kind - FRAME_OUTPUT], bytes, frame->length) < 0)
            monitor_fail("its guest", " broke the protocol in stream ", frame->stream);
        write_out(frame->stream, frame->kind - FRAME_OUTPUT);
        break;
    case FRAME_INPUT_CREDIT:
        if (value > 0 && (size_t)value <= WINDOW - stream->credit)
            stream->credit += (size_t)value;
        break;
    case FRAME_EXIT:
        stream->has_ended = 1;
        stream->is_running = 0;
        stream->code = value & 0xFF;
        finish(frame->stream);
        break;
    }
}

static void read_input(int number)
{
    static char part[PAYLOAD_MAX];
    struct stream *stream = &streams[number];
    long r = RAW(read, stream->fds[0], part, stream->credit < sizeof part ? stream->credit : sizeof part);
    if (r == -EAGAIN || r == -EINTR)
        return;
    if (r > 0) {
        stream->credit -= (size_t)r;
        link_send(&channel, number, FRAME_INPUT, part, (size_t)r);
        return;
    }
    stream->input_ended = 1;
    link_send(&channel, number, FRAME_INPUT_END, 0, 0);
}

// A command: its description and its three files come with the first packet.
static void welcome(void)
{
    long client = RAW(accept4, listener, 0, 0, CLOSE_ON_EXEC);
    if (client < 0)
        return;
    int number = 1;
    while (number < STREAMS && streams[number].is_used)
        number++;
    if (number == STREAMS) {
        RAW(close, client);
        return;
    }
    struct stream *stream = &streams[number];
    memset(stream, 0, offsetof(struct stream, rings));
    stream->rings[0].size = stream->rings[1].size = 0;
    stream->is_used = 1;
    stream->client = (int)client;
    stream->description = stream->fds[0] = stream->fds[1] = stream->fds[2] = -1;
}

static void hang_up(int number)
{
    struct stream *stream = &streams[number];
    int was_running = stream->is_running;
    close_stream(stream);
    stream->is_gone = 1;
    if (was_running)
        link_send(&channel, number, FRAME_HANGUP, 0, 0);
    else
        stream->is_used = 0;
}

static void hear(int number)
{
    struct stream *stream = &streams[number];
    struct enter_packet packet = {0};
    struct fds_message control = {0};
    struct message message = {.parts = (void *)&(struct { void *base; size_t size; }){&packet, sizeof packet}, .parts_count = 1, .control = &control, .control_size = sizeof control};
    long r = RAW(recvmsg, stream->client, &message, NO_WAIT | RECEIVED_CLOSE_ON_EXEC);
    if (r == -EAGAIN || r == -EINTR)
        return;
    if (r != sizeof packet || packet.version != LINK_VERSION) {
        hang_up(number);
        return;
    }
    int size[2] = {packet.value, packet.other};
    if (packet.kind == ENTER_RUN && stream->description < 0 && !stream->is_running) {
        if (message.control_size < sizeof control || control.level != SOCKET_LEVEL || control.type != RIGHTS) {
            hang_up(number);
            return;
        }
        stream->description = control.fds[0];
        for (int i = 0; i < 3; i++) {
            stream->fds[i] = control.fds[1 + i];
            set_nonblocking(stream->fds[i]);
        }
        if (is_ready)
            run(number);
    }
    if (packet.kind == ENTER_SIGNAL && stream->is_running)
        link_send_int(&channel, number, FRAME_SIGNAL, packet.value);
    else if (packet.kind != ENTER_SIGNAL && packet.value > 0 && stream->is_running)
        link_send(&channel, number, FRAME_SIZE, size, sizeof size);
}

static void bury(void)
{
    int status;
    long pid;
    while ((pid = RAW(wait4, -1, &status, WNOHANG | __WALL, 0)) > 0) {
        // The file server ends by itself when QEMU has.
        if (pid != qemu && (pid != files || status == 0))
            continue;
        const char *who = pid == qemu ? "QEMU" : "its file server";
        if (status & 0x7F)
            monitor_fail(who, " was ended by signal ", (unsigned long)(status & 0x7F));
        monitor_fail(who, " ended with code ", (unsigned long)(status >> 8 & 0xFF));
    }
}

static void take_signal(int fd)
{
    struct signalfd_siginfo info;
    if (RAW(read, fd, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGCHLD)
        bury();
    else if (info.ssi_signo == SIGPIPE || info.ssi_signo >= 64)
        return;
    else if (is_ready)
        link_send_int(&channel, 0, FRAME_SIGNAL, (int)info.ssi_signo);
    else
        kept_signals |= 1ULL << info.ssi_signo;
}

enum source { FROM_SIGNALS, FROM_LINK, FROM_LISTENER, FROM_CLIENT, FROM_INPUT, TO_OUTPUT, TO_ERROR };
static struct pollfd events[3 + 4 * STREAMS];
static struct { short stream, source; } sources[3 + 4 * STREAMS];
static int events_count;

static void watch(int fd, int what, int stream, int source)
{
    if (fd < 0)
        return;
    events[events_count] = (struct pollfd){fd, (short)what, 0};
    sources[events_count].stream = (short)stream;
    sources[events_count++].source = (short)source;
}

static void watch_all(int signals)
{
    events_count = 0;
    watch(signals, POLLIN, 0, FROM_SIGNALS);
    watch(channel.fd, POLLIN | (channel.tx_size ? POLLOUT : 0), 0, FROM_LINK);
    watch(listener, POLLIN, 0, FROM_LISTENER);
    for (int i = 0; i < STREAMS; i++) {
        struct stream *s = &streams[i];
        if (!s->is_used)
            continue;
        watch(s->client, POLLIN, i, FROM_CLIENT);
        if (s->is_running && !s->input_ended && s->credit && link_has_room(&channel))
            watch(s->fds[0], POLLIN, i, FROM_INPUT);
        for (int w = 0; w < 2; w++)
            if (s->rings[w].size)
                watch(s->fds[1 + w], POLLOUT, i, TO_OUTPUT + w);
    }
}

static void take_event(int signals, int i)
{
    int number = sources[i].stream;
    switch (sources[i].source) {
    case FROM_SIGNALS: take_signal(signals); break;
    case FROM_LISTENER: welcome(); break;
    case FROM_CLIENT: if (streams[number].client >= 0) hear(number); break;
    case FROM_INPUT: if (streams[number].is_running && streams[number].fds[0] >= 0) read_input(number); break;
    case FROM_LINK:
        if (link_flush(&channel) < 0 || link_receive(&channel, handle) < 0) {
            // QEMU has closed it: how it ends is told by its end.
            while (wait_for(signals, POLLIN, -1) > 0)
                take_signal(signals);
        }
        break;
    default:
        write_out(number, sources[i].source - TO_OUTPUT);
        finish(number);
    }
}

void monitor_main(const struct monitor *what)
{
    channel.fd = what->channel;
    listener = what->listener;
    qemu = what->qemu;
    files = what->files;
    set_nonblocking(channel.fd);
    set_nonblocking(1);
    set_nonblocking(2);
    for (int i = 0; i < STREAMS; i++)
        streams[i].client = streams[i].description = streams[i].fds[0] = streams[i].fds[1] = streams[i].fds[2] = -1;
    streams[0].is_used = streams[0].input_ended = 1;
    streams[0].description = DESCRIPTION;
    streams[0].fds[1] = 1;
    streams[0].fds[2] = 2;
    for (;;) {
        watch_all(what->signals);
        long r = RAW(ppoll, events, events_count, 0, 0, 0);
        for (int i = 0; r > 0 && i < events_count; i++)
            if (events[i].revents)
                take_event(what->signals, i);
    }
}
