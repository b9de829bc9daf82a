// The role `machine`: the first process of a container that is in a virtual machine of its own. It starts the file server and QEMU, whose view of the host is at
// ROOT, stands for the command in the guest, and ends with its code; with 125 where the machine ended unasked.
//
//   virt-init machine ROOT COUNT file-server argument... qemu argument...     COUNT words are the file server's
//
// Its descriptors: 3 the description of the command, 4 where it says that the command runs, then the network link's file where it has one, and the keeper's last.
#include "monitor.h"
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>

enum { TAP = 5, HIGH = 100 };

static int abstract_listener(const char *name, int type)
{
    struct local_address address = {.family = LOCAL};
    size_t n = length_of(name);
    memcpy(address.name + 1, name, n);
    long fd = RAW(socket, LOCAL, type | CLOSE_ON_EXEC, 0);
    long r = fd < 0 ? fd : RAW(bind, fd, &address, 2 + 1 + n);
    if (r >= 0)
        r = RAW(listen, fd, 16);
    return r < 0 ? (int)r : (int)fd;
}

static void hex8(char *to, unsigned long value)
{
    for (int i = 7; i >= 0; i--, value >>= 4)
        to[i] = "0123456789abcdef"[value & 15];
}

static long copy_all(int from, int to)
{
    static char buffer[PAYLOAD_MAX];
    long all = 0, r;
    while ((r = RAW(read, from, buffer, sizeof buffer)) > 0) {
        if (RAW(write, to, buffer, r) != r)
            return -EIO;
        all += r;
    }
    return r < 0 ? r : all;
}

// The guest's first file system: the archive of modules, and after it this program as /init (Documentation/driver-api/early-userspace/buffer-format.rst).
static long make_initrd(const char *root)
{
    char path[256], header[112] = "070701", zeros[4] = {0};
    size_t n = length_of(root);
    if (n + 16 > sizeof path)
        return -ENAMETOOLONG;
    memcpy(path, root, n);
    memcpy(path + n, "/modules", 9);
    long made = RAW(memfd_create, "initrd", MFD_CLOEXEC);
    long modules = RAW(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC), self = RAW(openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (made < 0 || modules < 0 || self < 0)
        return made < 0 ? made : modules < 0 ? modules : self;
    long size = copy_all((int)modules, (int)made);
    if (size < 0)
        return size;
    RAW(write, made, zeros, -size & 3);
    long own = RAW(lseek, self, 0, 2 /* SEEK_END */);
    RAW(lseek, self, 0, 0);
    const unsigned long fields[13] = {1, 0100755, 1, 0, 0, 0, (unsigned long)own, 0, 0, 0, 0, 5 /* "init" */, 0};
    for (int i = 0; i < 13; i++)
        hex8(header + 6 + 8 * i, fields[i]);
    RAW(write, made, header, 110);
    RAW(write, made, "init\0", 6);
    if (copy_all((int)self, (int)made) != own)
        return -EIO;
    RAW(write, made, zeros, -own & 3);
    const unsigned long last[13] = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 11, 0};
    for (int i = 0; i < 13; i++)
        hex8(header + 6 + 8 * i, last[i]);
    RAW(write, made, header, 110);
    RAW(write, made, "TRAILER!!!\0\0\0\0", 14);
    RAW(lseek, made, 0, 0);
    RAW(close, modules);
    RAW(close, self);
    return made;
}

// Each becomes the program at the end of its view. Nothing else of ours is open there.
static long start(const char *root, uint64_t capabilities, const int *fds, int count, char **arguments, char **environment)
{
    long pid = RAW(clone, SIGCHLD, 0, 0, 0, 0);
    if (pid)
        return pid;
    uint64_t none = 0;
    int high[8];
    for (int i = 0; i < count; i++)
        high[i] = fds[i] < 0 ? -1 : (int)RAW(fcntl, fds[i], F_DUPFD_CLOEXEC, HIGH);
    for (int i = 0; i < count; i++)
        if (high[i] >= 0)
            RAW(dup3, high[i], 3 + i, 0);
        else
            RAW(close, 3 + i);
    RAW(dup3, 2, 1, 0);
    close_from(3 + count);
    if (RAW(chroot, root) < 0 || RAW(chdir, "/") < 0)
        leave(127);
    drop_capabilities(capabilities, 1);
    RAW(rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
    RAW(execve, arguments[0], arguments, environment);
    leave(127);
}

void machine_main(char **arguments, char **environment)
{
    static char *no_variables[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=/", 0};
    uint64_t all = ~(uint64_t)0;
    const char *root = arguments[2];
    int count = 0, pair[2], ok = 0;
    (void)environment;
    for (const char *c = arguments[3]; *c; c++)
        count = count * 10 + *c - '0';
    RAW(rt_sigprocmask, SIG_SETMASK, &all, 0, sizeof all);
    // The keeper need not wait: whoever asked for this learns of the start from us.
    int report = RAW(fcntl, TAP + 1, F_GETFD) >= 0 ? TAP + 1 : TAP;
    int has_tap = report != TAP;
    RAW(write, report, &ok, sizeof ok);
    RAW(close, report);
    long signals = RAW(signalfd4, -1, &all, sizeof all, O_CLOEXEC | O_NONBLOCK);
    long initrd = make_initrd(root);
    int server = abstract_listener("virt-files", STREAM_SOCKET);
    int listener = abstract_listener(ENTER_NAME, PACKET_SOCKET | O_NONBLOCK);
    if (signals < 0 || initrd < 0 || server < 0 || listener < 0 || RAW(socketpair, LOCAL, STREAM_SOCKET | CLOSE_ON_EXEC, 0, pair) < 0)
        monitor_fail("it could not be made ready", ", error ", (unsigned long)-(signals < 0 ? signals : initrd < 0 ? initrd : server < 0 ? server : listener));
    const int for_files[] = {server}, for_qemu[] = {pair[1], (int)initrd, has_tap ? TAP : -1, 2};
    // What the kernel lets a container's root do with files, and to the server alone.
    const uint64_t of_files = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 18 | 1 << 27 | 1ULL << 31;
    char **of_qemu = arguments + 4 + count;
    static char *words[64];
    for (int i = 0; i < count && i < 63; i++)
        words[i] = arguments[4 + i];
    long files = start(root, of_files, for_files, 1, words, no_variables);
    long qemu = start(root, 0, for_qemu, 4, of_qemu, no_variables);
    if (files < 0 || qemu < 0)
        monitor_fail("its processes could not be made", ", error ", (unsigned long)-(files < 0 ? files : qemu));
    RAW(close, server);
    RAW(close, pair[1]);
    RAW(close, initrd);
    if (has_tap)
        RAW(close, TAP);
    drop_capabilities(0, 1);
    RAW(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    RAW(fcntl, READY, F_SETFD, FD_CLOEXEC);
    const struct monitor monitor = {pair[0], (int)signals, listener, qemu, files};
    monitor_main(&monitor);
}
