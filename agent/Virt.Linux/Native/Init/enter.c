// The role `enter`: a command in a container that is in a virtual machine of its own. It hands its description and its three files to the monitor, and then
// only its signals and the size of its terminal; it ends with the command's code.
//
//   virt-init enter      descriptors: 3 the description, 4 where it says whether the command could be executed, 5 the keeper's
#include "link.h"
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/signalfd.h>

enum { DESCRIPTION = 3, READY = 4, REPORT = 5, LOCAL = 1, PACKET_SOCKET = 5, SOCKET_LEVEL = 1, RIGHTS = 1, LOST = 125 };

static void tell(int fd, int error)
{
    RAW(write, fd, &error, sizeof error);
    RAW(close, fd);
}

static void send(long monitor, int kind, int value, int other)
{
    struct enter_packet packet = {LINK_VERSION, (uint32_t)kind, value, other};
    RAW(sendto, monitor, &packet, sizeof packet, 0, 0, 0);
}

static int read_size(struct winsize *size)
{
    return RAW(ioctl, 0, TIOCGWINSZ, size) == 0 && size->ws_col > 0 && size->ws_row > 0;
}

// The guest's terminal edits lines and makes signals of keys; this one must let everything pass.
static void make_raw(void)
{
    struct termios mode;
    if (RAW(ioctl, 0, TCGETS, &mode) < 0)
        return;
    mode.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    mode.c_oflag &= ~(tcflag_t)OPOST;
    mode.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    mode.c_cflag = (mode.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    RAW(ioctl, 0, TCSETS, &mode);
}

static long connect_monitor(void)
{
    struct local_address address = {.family = LOCAL};
    size_t n = length_of(ENTER_NAME);
    memcpy(address.name + 1, ENTER_NAME, n);
    long fd = RAW(socket, LOCAL, PACKET_SOCKET | O_CLOEXEC, 0);
    long r = fd < 0 ? fd : RAW(connect, fd, &address, 2 + 1 + n);
    return r < 0 ? r : fd;
}

static long hand_over(long monitor, int columns, int rows)
{
    struct enter_packet packet = {LINK_VERSION, ENTER_RUN, columns, rows};
    struct fds_message control = {sizeof control, SOCKET_LEVEL, RIGHTS, {DESCRIPTION, 0, 1, 2}};
    struct { void *base; size_t size; } part = {&packet, sizeof packet};
    struct message message = {.parts = (void *)&part, .parts_count = 1, .control = &control, .control_size = sizeof control};
    return RAW(sendmsg, monitor, &message, 0);
}

void enter_main(void)
{
    uint64_t all = ~(uint64_t)0;
    struct winsize size = {0};
    RAW(rt_sigprocmask, SIG_SETMASK, &all, 0, sizeof all);
    RAW(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    // The keeper need not wait for a guest: whoever asked for this does.
    tell(REPORT, 0);
    long signals = RAW(signalfd4, -1, &all, sizeof all, O_CLOEXEC);
    if (read_size(&size)) {
        RAW(ioctl, 0, TIOCSCTTY, 0); // which tells of its window's new size
        make_raw();
    }
    long monitor = connect_monitor();
    long r = monitor < 0 ? monitor : hand_over(monitor, size.ws_col, size.ws_row);
    if (r < 0 || signals < 0) {
        tell(READY, (int)-(r < 0 ? r : signals));
        leave(LOST);
    }
    // They are the monitor's alone now: when it closes them, whoever reads them knows that it was all.
    for (int i = 0; i <= DESCRIPTION; i++)
        if (i != 0 || !size.ws_col)
            RAW(close, i);
    for (;;) {
        struct pollfd events[2] = {{(int)monitor, POLLIN, 0}, {(int)signals, POLLIN, 0}};
        RAW(ppoll, events, 2, 0, 0, 0);
        if (events[1].revents) {
            struct signalfd_siginfo info;
            if (RAW(read, signals, &info, sizeof info) != sizeof info)
                continue;
            if (info.ssi_signo == SIGWINCH && read_size(&size))
                send(monitor, ENTER_SIZE, size.ws_col, size.ws_row);
            else if (info.ssi_signo != SIGWINCH && info.ssi_signo != SIGPIPE)
                send(monitor, ENTER_SIGNAL, (int)info.ssi_signo, 0);
        }
        if (events[0].revents) {
            struct enter_packet packet;
            if (RAW(read, monitor, &packet, sizeof packet) != sizeof packet)
                leave(LOST);
            if (packet.kind == ENTER_STARTED)
                tell(READY, packet.value);
            else if (packet.kind == ENTER_EXIT)
                leave(packet.value);
        }
    }
}
