// The first process of a container that was asked for one (docs/adr/0015-init.md): starts the command, hands on the signals that it gets, and buries
// whatever ends. A program of its own without libc: it is executed from the keeper's memory (Native/initimage.c) and is in no file of the container.
//
//   virt-init -- program argument...     the command's session has no terminal
//   virt-init -t program argument...     standard input is the terminal of the command's session
//
//     virt-init machine, virt-init enter, /init: the roles of a container in a virtual machine of its own (machine.c, enter.c, guest.c)
//
// Its signals are blocked from before its execution on, so that none is lost, and descriptor 3 takes one int: 0, or why the command could not be executed.
#include "link.h"
#include <asm/ioctls.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <stddef.h>

enum { REPORT = 3, PATH_LONGEST = 4096, SIGNAL_SET = 8 };

static int has_slash(const char *s)
{
    for (; *s; s++)
        if (*s == '/')
            return 1;
    return 0;
}

// The value of PATH; the agent always gives one.
static const char *search_path(char **environment)
{
    for (; *environment; environment++) {
        const char *e = *environment;
        if (e[0] == 'P' && e[1] == 'A' && e[2] == 'T' && e[3] == 'H' && e[4] == '=')
            return e + 5;
    }
    return "";
}

// execvp(3): the errno.
static int execute(char **arguments, char **environment)
{
    if (has_slash(arguments[0]))
        return (int)-RAW(execve, arguments[0], arguments, environment);
    char path[PATH_LONGEST];
    size_t name = length_of(arguments[0]);
    int error = ENOENT;
    for (const char *folder = search_path(environment), *end; *folder; folder = *end ? end + 1 : end) {
        for (end = folder; *end && *end != ':'; end++)
            ;
        size_t n = (size_t)(end - folder);
        if (n + name + 2 > sizeof path)
            continue;
        for (size_t i = 0; i < n; i++)
            path[i] = folder[i];
        size_t at = n;
        if (n && path[n - 1] != '/')
            path[at++] = '/';
        for (size_t i = 0; i <= name; i++)
            path[at + i] = arguments[0][i];
        int e = (int)-RAW(execve, path, arguments, environment);
        if (e == EACCES)
            error = e; // remembered while the search goes on
        else if (e != ENOENT && e != ENOTDIR)
            return e;
    }
    return error;
}

static void report(int error)
{
    RAW(write, REPORT, &error, sizeof error);
    RAW(close, REPORT);
}

// A session, and with it a process group, of its own: what it sends to its group does not come to us.
__attribute__((noreturn)) static void become_command(int has_terminal, char **arguments, char **environment)
{
    uint64_t none = 0;
    RAW(setsid);
    if (has_terminal)
        RAW(ioctl, 0, TIOCSCTTY, 0);
    RAW(rt_sigprocmask, SIG_SETMASK, &none, 0, SIGNAL_SET);
    report(execute(arguments, environment));
    RAW(exit_group, 127);
    __builtin_unreachable();
}

// Buries all that have ended. Where the command is among them, so do we, and with us everything in the container.
static void bury(long command)
{
    int status;
    long pid;
    while ((pid = RAW(wait4, -1, &status, WNOHANG | __WALL, 0)) > 0)
        if (pid == command)
            RAW(exit_group, status & 0x7F ? 128 + (status & 0x7F) : status >> 8 & 0xFF);
}

__attribute__((noreturn, used)) static void begin(long *stack)
{
    long count = stack[0];
    char **arguments = (char **)(stack + 1), **environment = arguments + count + 1;
    uint64_t all = ~(uint64_t)0;
    if (count > 0 && is_same(arguments[0], "/init"))
        guest_main();
    if (count > 4 && is_same(arguments[1], "machine"))
        machine_main(arguments, environment);
    if (count > 1 && is_same(arguments[1], "enter"))
        enter_main();
    if (count < 3)
        RAW(exit_group, 127);
    RAW(rt_sigprocmask, SIG_SETMASK, &all, 0, SIGNAL_SET);
    RAW(prctl, PR_SET_NAME, "virt-init", 0, 0, 0);
    RAW(fcntl, REPORT, F_SETFD, FD_CLOEXEC);
    // Like vfork, but with memory of its own: it goes on here when the command has been executed, or could not be.
    long command = RAW(clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (command == 0)
        become_command(arguments[1][1] == 't', arguments + 2, environment);
    report(command < 0 ? (int)-command : 0);
    if (command < 0)
        RAW(exit_group, 127);
    for (;;) {
        long signal = RAW(rt_sigtimedwait, &all, 0, 0, SIGNAL_SET);
        if (signal == SIGCHLD)
            bury(command);
        else if (signal > 0)
            RAW(kill, command, signal);
    }
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n\tud2\n");
#else
__asm__(".globl _start\n_start:\n\tmov x29, xzr\n\tmov x30, xzr\n\tmov x0, sp\n\tbl begin\n\tbrk #0\n");
#endif
