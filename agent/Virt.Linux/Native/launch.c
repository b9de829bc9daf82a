// clone3 of one child, from the thread that calls.
#define _GNU_SOURCE
#include "clone3.h"
#include "launch.h"
#include "raw.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

// clone3 whose child runs entry(argument) on args->stack and never returns into the parent's frames.
__attribute__((noinline)) long clone3_on_stack(struct clone3_args *args, void (*entry)(void *), void *argument)
{
#if defined(__x86_64__)
    long result;
    register void (*fn)(void *) __asm__("r12") = entry;
    register void *arg __asm__("r13") = argument;
    __asm__ volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xor %%ebp, %%ebp\n\t"
        "mov %%r13, %%rdi\n\t"
        "call *%%r12\n\t"
        "ud2\n"
        "1:"
        : "=a"(result) : "a"(SYS_clone3), "D"(args), "S"(sizeof *args), "r"(fn), "r"(arg)
        : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
    return result;
#else
    register long x8 __asm__("x8") = SYS_clone3, x0 __asm__("x0") = (long)args, x1 __asm__("x1") = sizeof *args;
    register void (*fn)(void *) __asm__("x20") = entry;
    register void *arg __asm__("x21") = argument;
    __asm__ volatile(
        "svc #0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, xzr\n\t"
        "mov x30, xzr\n\t"
        "mov x0, x21\n\t"
        "blr x20\n\t"
        "brk #0\n"
        "1:"
        : "+r"(x0) : "r"(x8), "r"(x1), "r"(fn), "r"(arg) : "memory");
    return x0;
#endif
}

// To be born inside the joined container's PID namespace, the child's parent must aim there first; the caller itself does not move.
static int aim_pid_namespace(const struct launch *launch, int *home)
{
    *home = open("/proc/thread-self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
    if (*home < 0)
        return errno;
    long r = RAW(setns, launch->join_fd, CLONE_NEWPID);
    if (r < 0) {
        close(*home);
        *home = -1;
        return (int)-r;
    }
    return 0;
}

static void reap(int pid)
{
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR)
        ;
}

// What an init says of its command: 0, or why it could not be executed. One that has ended, or that somebody in the container holds up, is not waited for:
// what has become of it is known otherwise.
static int read_report(int fd, int pidfd)
{
    enum { PATIENCE_MILLISECONDS = 10000 };
    struct pollfd events[2] = {{fd, POLLIN, 0}, {pidfd, POLLIN, 0}};
    int error = 0;
    while (poll(events, 2, PATIENCE_MILLISECONDS) < 0 && errno == EINTR)
        ;
    if (!(events[0].revents & POLLIN) || read(fd, &error, sizeof error) != sizeof error)
        return 0;
    return error;
}

static int highest(const int *fds, uint32_t count)
{
    int most = -1;
    for (uint32_t i = 0; i < count; i++)
        if (fds[i] > most)
            most = fds[i];
    return most;
}

static int all_are_low(const struct launch *launch)
{
    const int single[] = {launch->root_fd, launch->cgroup_fd, launch->join_fd, launch->user_fd, launch->init_fd, launch->report_fd, highest(launch->stdio_fd, 3)};
    int most = highest(single, sizeof single / sizeof *single);
    int extra = highest(launch->extra_fds, launch->extra_count), cgroups = highest(launch->cgroup_fds, launch->cgroup_count);
    most = extra > most ? extra : most;
    most = cgroups > most ? cgroups : most;
    for (uint32_t i = 0; i < launch->ops_count; i++)
        if (launch->ops[i].fd > most)
            most = launch->ops[i].fd;
    return most < LAUNCH_FDS;
}

static struct outcome run(struct launch *launch, void *stack, size_t stack_size);

struct outcome launch_run(struct launch *launch, void *stack, size_t stack_size)
{
    if (!(launch->header->flags & LAUNCH_INIT))
        return run(launch, stack, stack_size);
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return (struct outcome){.pid = -1, .pidfd = -1, .op = -1, .error = errno, .step = STEP_INIT};
    launch->report_fd = report[1];
    struct outcome outcome = run(launch, stack, stack_size);
    close(report[1]);
    int error = outcome.error ? 0 : read_report(report[0], outcome.pidfd);
    close(report[0]);
    if (error) {
        kill(outcome.pid, SIGKILL);
        reap(outcome.pid);
        close(outcome.pidfd);
        outcome = (struct outcome){.pid = -1, .pidfd = -1, .op = -1, .error = error, .step = STEP_EXEC};
    }
    return outcome;
}

static struct outcome run(struct launch *launch, void *stack, size_t stack_size)
{
    struct outcome outcome = {.pid = -1, .pidfd = -1, .op = -1};
    struct child child = {.launch = launch, .op = -1, .pidfd = -1};
    uint64_t namespaces = launch->header->namespaces;
    int pidfd = -1, home = -1;

    struct clone3_args args = {
        // CLONE_VM: the cost does not grow with this process. CLONE_VFORK: this thread, and with it everything that
        // `launch` points to, stands still until the child has executed or ended.
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE3_CLEAR_SIGHAND,
        .pidfd = (uint64_t)&pidfd,
        .exit_signal = SIGCHLD,
        .stack = (uint64_t)stack,
        .stack_size = stack_size,
    };
    launch->copies_low = all_are_low(launch);
    if (launch->copies_low)
        args.flags |= CLONE_FILES;
    if (launch->cgroup_fd >= 0) {
        args.flags |= CLONE3_INTO_CGROUP;
        args.cgroup = (uint64_t)launch->cgroup_fd;
    }
    if (launch->join_fd >= 0) {
        if (namespaces & CLONE_NEWPID) {
            outcome.error = aim_pid_namespace(launch, &home);
            outcome.step = STEP_JOIN;
            if (outcome.error)
                return outcome;
        }
    } else {
        // The cgroup namespace is unshared by the child: here it would show this thread's cgroup as the root.
        args.flags |= namespaces & ~(uint64_t)CLONE_NEWCGROUP;
    }

    int ushered = launch->join_fd < 0 && launch->user_fd >= 0;
    if (ushered) {
        // Namespaces belong to the user namespace of whoever makes them. The usher shares the table of descriptors, so that the child's pidfd is ours.
        args.flags = (args.flags & ~(uint64_t)(CLONE_PIDFD | namespaces)) | CLONE_FILES;
        args.stack_size = USHER_STACK;
        child.stack = (char *)stack + USHER_STACK;
        child.stack_size = stack_size - USHER_STACK;
    }

    long pid = clone3_on_stack(&args, ushered ? usher_main : child_main, &child);
    if (home >= 0) {
        RAW(setns, home, CLONE_NEWPID);
        close(home);
    }
    if (pid < 0) {
        outcome.error = (int)-pid;
        outcome.step = STEP_CLONE;
        return outcome;
    }
    if (ushered) {
        reap((int)pid);
        pid = child.pid;
        pidfd = child.pidfd;
    }
    if (child.error) {
        if (pid > 0)
            reap((int)pid);
        if (pidfd >= 0)
            close(pidfd);
        outcome.error = child.error;
        outcome.step = child.step;
        outcome.op = child.op;
        return outcome;
    }
    outcome.pid = (int)pid;
    outcome.pidfd = pidfd;
    outcome.step = 0;
    return outcome;
}

static void wait_for_end(void *unused)
{
    (void)unused;
    for (;;)
        RAW(ppoll, 0, 0, 0, 0, 0);
}

// What a process that makes a network namespace shares with us: this, then its result, 0 or a negative errno.
enum { MAPS_ARE_TO_COME = 2, MAPS_ARE_THERE = 1 };

static void set_shared(int *shared, int value)
{
    __atomic_store_n(shared, value, __ATOMIC_RELEASE);
    RAW(futex, shared, FUTEX_WAKE, 1, 0, 0, 0);
}

static int await_change(int *shared, int from)
{
    int value;
    while ((value = __atomic_load_n(shared, __ATOMIC_ACQUIRE)) == from)
        RAW(futex, shared, FUTEX_WAIT, from, 0, 0, 0);
    return value;
}

// With the maps: what the kernel makes in it belongs to the namespace's root then, and else to nobody whom it knows.
static void make_network(void *argument)
{
    int *shared = argument;
    await_change(shared, MAPS_ARE_TO_COME);
    long r = RAW(unshare, CLONE_NEWNET);
    set_shared(shared, (int)(r < 0 ? r : loopback_up()));
    wait_for_end(0);
}

static int write_map(int pid, const char *name, uint32_t first, uint32_t count)
{
    char path[64], text[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int length = snprintf(text, sizeof text, "0 %u %u\n", first, count);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int error = write(fd, text, (size_t)length) == length ? 0 : errno;
    close(fd);
    return error;
}

static int make_namespace(int has_network, uint32_t first, uint32_t count, void *stack, size_t stack_size)
{
    // Without CLONE_VFORK: somebody has to write the maps while it is there (user_namespaces(7)).
    struct clone3_args args = {.flags = CLONE_VM | CLONE_NEWUSER | CLONE3_CLEAR_SIGHAND, .exit_signal = SIGCHLD, .stack = (uint64_t)stack, .stack_size = stack_size};
    int shared = MAPS_ARE_TO_COME;
    long pid = clone3_on_stack(&args, has_network ? make_network : wait_for_end, &shared);
    if (pid < 0)
        return (int)pid;
    int error = write_map((int)pid, "uid_map", first, count);
    if (!error)
        error = write_map((int)pid, "gid_map", first, count);
    if (!error && has_network) {
        set_shared(&shared, MAPS_ARE_THERE);
        error = -await_change(&shared, MAPS_ARE_THERE);
    }
    int fd = -1;
    if (!error) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, has_network ? "net" : "user");
        fd = open(path, O_RDONLY | O_CLOEXEC);
        error = fd < 0 ? errno : 0;
    }
    kill((pid_t)pid, SIGKILL);
    reap((int)pid);
    return error ? -error : fd;
}

int make_user_namespace(uint32_t first, uint32_t count, void *stack, size_t stack_size)
{
    return make_namespace(0, first, count, stack, stack_size);
}

int make_network_namespace(uint32_t first, uint32_t count, void *stack, size_t stack_size)
{
    return make_namespace(1, first, count, stack, stack_size);
}
