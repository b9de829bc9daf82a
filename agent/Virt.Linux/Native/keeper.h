// The keeper's messages: one packet each on a SOCK_SEQPACKET Unix socket. Processes/KeeperMessages.cs has the same numbers.
#pragma once
#include <stdint.h>

// A set of ready cgroups has a number from which the thread that shall sit in it follows: number % READY_THREADS. Numbers below that are no
// sets: the files are those of the keeper's own cgroups, and the thread goes home.
enum { KEEPER_VERSION = 2, READY_THREADS = 4 };

enum message_type {
    MESSAGE_HELLO = 1,          // -> reply with error = 0 and pid = version
    MESSAGE_LAUNCH = 2,         // blob + descriptors -> reply, with the pidfd
    MESSAGE_READY = 3,          // u64 number + descriptors of `tasks` files -> reply when the thread sits there
    MESSAGE_LIST = 4,           // -> MESSAGE_CHILD for each, with its pidfd, then the reply
    MESSAGE_USER_NAMESPACE = 5, // u32 first id of the host, u32 how many -> reply, with the namespace
    MESSAGE_NETWORK_NAMESPACE = 6, // the same -> reply, with a network namespace that such a user namespace owns; ENOSYS of a keeper that is older
    MESSAGE_REPLY = 100,
    MESSAGE_CHILD = 101,
    MESSAGE_EXITED = 102,
};

struct request_header { uint32_t type, tag; };

struct reply {
    uint32_t type, tag;
    int32_t error, step, op, pid;
};

struct child_message {
    uint32_t type, tag;
    uint8_t id[16];
    int32_t pid;
    int32_t code, status;       // si_code and si_status of waitid; code 0: it lives
    int32_t reserved;
    int64_t seconds, nanoseconds; // when it ended, since 1970
};

_Static_assert(sizeof(struct reply) == 24, "KeeperMessages.ReplySize");
_Static_assert(sizeof(struct child_message) == 56, "KeeperMessages.ChildSize");

// Runs the keeper; the exit code, 0 or an errno.
int keeper_main(const char *path);

// In initimage.c: the program of containers' first processes, or a negative errno. Its number is above those of a launch's own descriptors.
enum { INIT_FD_LEAST = 16 };
int init_image(void);

// In entry.c: the listening socket or a negative errno; and the word to whoever waits for the keeper.
int keeper_listen(const char *path);
void keeper_ready(int error);
