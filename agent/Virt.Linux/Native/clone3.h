// clone3 as the kernel has it (clone(2), linux/sched.h); libc has no wrapper.
#pragma once
#include <stdint.h>

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#define CLONE3_CLEAR_SIGHAND 0x100000000ULL
#define CLONE3_INTO_CGROUP 0x200000000ULL

// As of Linux 5.7.
struct clone3_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

enum { USHER_STACK = 16 * 1024 };
