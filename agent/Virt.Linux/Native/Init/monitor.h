// What the start of a container's machine (machine.c) and the relay between it and the host (monitor.c) share.
#pragma once
#include "link.h"

enum {
    LOCAL = 1, STREAM_SOCKET = 1, PACKET_SOCKET = 5, CLOSE_ON_EXEC = O_CLOEXEC,
    DESCRIPTION = 3, READY = 4,
};

struct monitor { int channel, signals, listener; long qemu, files; };

// Relays between the container's files, its commands and the guest until its first process has ended.
__attribute__((noreturn)) void monitor_main(const struct monitor *what);
// Ends with what has ended the machine.
__attribute__((noreturn)) void monitor_fail(const char *who, const char *what, unsigned long number);
