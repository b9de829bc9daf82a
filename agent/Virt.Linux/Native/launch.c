// clone3 of one child, from the thread that calls.
#define _GNU_SOURCE
#include "launch.h"
#include "raw.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#define CLONE3_CLEAR_SIGHAND 0x100000000ULL
#define CLONE3_INTO_CGROUP 0x200000000ULL

// struct clone_args of linux/sched.h, as of Linux 5.7.
struct clone3_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

// clone3 whose child runs entry(argument) on args->stack and never returns into the parent's frames.
static __attribute__((noinline)) long clone3_on_stack(struct clone3_args *args, void (*entry)(void *), void *argument)
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

struct outcome launch_run(struct launch *launch, void *stack, size_t stack_size)
{
    struct outcome outcome = {.pid = -1, .pidfd = -1, .op = -1};
    struct child child = {.launch = launch, .op = -1};
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

    long pid = clone3_on_stack(&args, child_main, &child);
    if (home >= 0) {
        RAW(setns, home, CLONE_NEWPID);
        close(home);
    }
    if (pid < 0) {
        outcome.error = (int)-pid;
        outcome.step = STEP_CLONE;
        return outcome;
    }
    if (child.error) {
        siginfo_t info;
        while (waitid(P_PID, (id_t)pid, &info, WEXITED) < 0 && errno == EINTR)
            ;
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
