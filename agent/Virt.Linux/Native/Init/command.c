// Starts a command in the guest: the container's first process with namespaces of its own, or a further one in them.
#include "guest.h"
#include <asm/ioctls.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/wait.h>

enum { NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP };

// Of the container, and our own to come back to.
static long mount_space = -1, pid_space = -1, uts_space = -1, ipc_space = -1, cgroup_space = -1, own_pid_space = -1;

static long open_space(long pid, const char *kind)
{
    char path[64] = "/proc/";
    size_t n = 6 + number_text(path + 6, (unsigned long)pid);
    memcpy(path + n, "/ns/", 4);
    memcpy(path + n + 4, kind, length_of(kind) + 1);
    return RAW(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

void enter_namespaces_of(long pid)
{
    own_pid_space = open_space(1, "pid");
    mount_space = open_space(pid, "mnt");
    pid_space = open_space(pid, "pid");
    uts_space = open_space(pid, "uts");
    ipc_space = open_space(pid, "ipc");
    cgroup_space = open_space(pid, "cgroup");
}

static void take_limit(uint32_t kind, char *bytes, uint32_t size, void *context)
{
    uint64_t words[3];
    (void)context;
    if (kind != RECORD_LIMIT || size != sizeof words)
        return;
    memcpy(words, bytes, size);
    RAW(prlimit64, 0, words[0], &words[1], 0);
}

static long become(struct description *d)
{
    long r = RAW(setgroups, d->groups_count, d->groups);
    if (r >= 0)
        r = RAW(setresgid, d->identity.gid, d->identity.gid, d->identity.gid);
    if (r < 0)
        return r;
    // The bounding set first: whoever is another user than root may not change it any more.
    for (int i = 0; i < 64 && RAW(prctl, PR_CAPBSET_READ, i) >= 0; i++)
        if (!(d->identity.capabilities >> i & 1))
            RAW(prctl, PR_CAPBSET_DROP, i);
    r = RAW(setresuid, d->identity.uid, d->identity.uid, d->identity.uid);
    if (r < 0)
        return r;
    drop_capabilities(d->identity.capabilities, d->identity.uid == 0);
    return d->identity.flags & IDENTITY_NO_NEW_PRIVS ? RAW(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) : 0;
}

static int execute(struct description *d)
{
    long error = -ENOENT;
    for (int i = 0; i < d->programs_count; i++) {
        long r = RAW(execve, d->programs[i], d->arguments, d->variables);
        if (r == -EACCES)
            error = r; // as execvp: remembered while the search goes on
        else if (r != -ENOENT && r != -ENOTDIR)
            return (int)-r;
    }
    return (int)-error;
}

__attribute__((noreturn)) static void give_up(int report, long error)
{
    int value = (int)-error;
    RAW(write, report, &value, sizeof value);
    RAW(exit_group, 127);
    __builtin_unreachable();
}

// As Init/init.c has it: hands on the signals, buries what ends, and ends with the command.
__attribute__((noreturn)) static void stand_for(long command)
{
    uint64_t all = ~(uint64_t)0;
    int status;
    close_from(0);
    for (;;) {
        long signal = RAW(rt_sigtimedwait, &all, 0, 0, sizeof all), pid;
        if (signal != SIGCHLD) {
            if (signal > 0)
                RAW(kill, command, signal);
            continue;
        }
        while ((pid = RAW(wait4, -1, &status, WNOHANG | __WALL, 0)) > 0)
            if (pid == command)
                RAW(exit_group, exit_code(status));
    }
}

// In the child: `files` are its input, output and error.
__attribute__((noreturn)) static void go(struct description *d, int is_first, int report, const int *files)
{
    long r = 0;
    uint64_t none = 0;
    RAW(setsid);
    if (is_first) {
        if ((r = RAW(mount, "proc", GUEST_ROOT "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0)) < 0 || (r = RAW(chdir, GUEST_ROOT)) < 0 || (r = RAW(mount, ".", "/", 0, MS_MOVE, 0)) < 0 || (r = RAW(chroot, ".")) < 0)
            give_up(report, r);
    } else if ((r = RAW(setns, uts_space, 0)) < 0 || (r = RAW(setns, ipc_space, 0)) < 0 || (r = RAW(setns, cgroup_space, 0)) < 0 || (r = RAW(setns, mount_space, 0)) < 0)
        give_up(report, r);
    for (int i = 0; i < 3; i++)
        RAW(dup3, files[i], i, 0);
    if (d->identity.flags & IDENTITY_TERMINAL)
        RAW(ioctl, 0, TIOCSCTTY, 0);
    if (d->lists) {
        RAW(close, report);
        list_processes();
        RAW(exit_group, 0);
    }
    if (is_first && d->identity.flags & IDENTITY_INIT) {
        long command = RAW(clone, SIGCHLD, 0, 0, 0, 0);
        if (command) {
            RAW(close, report);
            stand_for(command);
        }
        RAW(setsid);
    }
    each_record(d->bytes, d->size, take_limit, 0);
    if ((r = become(d)) < 0 || (r = RAW(chdir, d->folder ? d->folder : "/")) < 0)
        give_up(report, r);
    RAW(rt_sigprocmask, SIG_SETMASK, &none, 0, sizeof none);
    give_up(report, -(long)execute(d));
}

// The other end is the terminal of the container's own devpts, so that its name is right in it.
static long open_terminal(struct description *d, int *other)
{
    long master = RAW(openat, AT_FDCWD, GUEST_ROOT "/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int unlocked = 0;
    if (master < 0)
        return master;
    RAW(ioctl, master, TIOCSPTLCK, &unlocked);
    *other = (int)RAW(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*other >= 0)
        RAW(fchown, *other, d->identity.uid, 5 /* tty */);
    return *other < 0 ? *other : master;
}

// Ends of pipes are closed on execution, but for those that become 0, 1 and 2.
static struct started open_files(struct description *d, int is_first, int *files)
{
    struct started s = {.input = -1, .output = -1, .error_output = -1};
    int in[2] = {-1, -1}, out[2], error[2];
    if (d->identity.flags & IDENTITY_TERMINAL) {
        long master = open_terminal(d, &files[0]);
        s.error = master < 0 ? (int)-master : 0;
        s.input = s.output = (int)master;
        files[1] = files[2] = files[0];
        return s;
    }
    long r = is_first ? 0 : RAW(pipe2, in, O_CLOEXEC);
    if (r >= 0)
        r = RAW(pipe2, out, O_CLOEXEC);
    if (r >= 0)
        r = RAW(pipe2, error, O_CLOEXEC);
    if (is_first && r >= 0)
        r = in[0] = (int)RAW(openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
    if (r < 0) {
        s.error = (int)-r;
        return s;
    }
    files[0] = in[0];
    files[1] = out[1];
    files[2] = error[1];
    s.input = in[1];
    s.output = out[0];
    s.error_output = error[0];
    // Many programs open /dev/stdout anew, which is for the owner alone.
    for (int i = is_first ? 1 : 0; i < 3; i++)
        RAW(fchown, files[i], d->identity.uid, d->identity.gid);
    for (int i = 0; i < 3; i++) {
        int own = i == 0 ? s.input : i == 1 ? s.output : s.error_output;
        if (own >= 0)
            set_nonblocking(own);
    }
    return s;
}

struct started start_command(struct description *d, int is_first)
{
    int files[3] = {-1, -1, -1}, report[2], value = 0;
    struct started s = open_files(d, is_first, files);
    if (s.error)
        return s;
    RAW(pipe2, report, O_CLOEXEC);
    if (!is_first)
        RAW(setns, pid_space, CLONE_NEWPID); // the child is born there; we are not moved
    s.pid = RAW(clone, SIGCHLD | (is_first ? NAMESPACES : 0), 0, 0, 0, 0);
    if (s.pid == 0)
        go(d, is_first, report[1], files);
    if (!is_first)
        RAW(setns, own_pid_space, CLONE_NEWPID);
    RAW(close, report[1]);
    if (s.pid < 0)
        s.error = (int)-s.pid;
    else if (RAW(read, report[0], &value, sizeof value) == sizeof value) {
        RAW(wait4, s.pid, 0, __WALL, 0);
        s.error = value;
    }
    RAW(close, report[0]);
    for (int i = 0; i < 3; i++)
        if (i == 0 || files[i] != files[0])
            RAW(close, files[i]);
    return s;
}
