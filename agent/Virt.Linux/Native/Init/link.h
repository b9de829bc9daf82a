// What the roles of this program share that stand for a container in a virtual machine of its own (docs/adr/0037-container-in-a-machine.md): the monitor
// (machine.c) and the guest's first process (guest.c) send each other frames over one virtio-serial port. Machine/MachineFrames.cs knows the descriptions only.
#pragma once
#include "../raw.h"
#include <asm/poll.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <stddef.h>

enum {
    STREAMS = 64,                   // the container's first process is stream 0, the others are commands
    PAYLOAD_MAX = 16 * 1024,
    WINDOW = 64 * 1024,             // so much of one output, or of the input, may be on its way
    DESCRIPTION_MAX = 192 * 1024,
    LINK_TX = 192 * 1024,
    LINK_RESERVE = 32 * 1024,       // left for what cannot wait
    LINK_VERSION = 1,
};

struct frame { uint32_t length; uint16_t stream, kind; };

enum frame_kind {
    // The host says:
    FRAME_DESCRIBE = 1,             // a part of a description
    FRAME_RUN,                      // it is whole
    FRAME_INPUT, FRAME_INPUT_END,
    FRAME_CREDIT,                   // int32 1 or 2: output or error; int32: so many bytes were written
    FRAME_SIGNAL,                   // int32
    FRAME_SIZE,                     // int32 columns, rows
    FRAME_HANGUP,                   // nobody wants it any more
    // The guest says:
    FRAME_READY = 16,
    FRAME_STARTED,                  // int32: 0, or why it could not be executed
    FRAME_OUTPUT, FRAME_ERROR,
    FRAME_INPUT_CREDIT,             // int32
    FRAME_EXIT,                     // int32: its code, 128 + n where signal n ended it
};

// A description is records of these, each with its length: {uint32 kind, uint32 length, bytes}. Texts end with a zero byte.
enum record_kind {
    RECORD_ARGUMENT = 1, RECORD_VARIABLE, RECORD_PROGRAM, RECORD_FOLDER,
    RECORD_IDENTITY,                // struct identity
    RECORD_GROUP,                   // uint32
    RECORD_HOST_NAME,
    RECORD_TMPFS,                   // uint64 flags of mount(2), then its place and its options
    RECORD_SETTING,                 // a path and what is written there
    RECORD_LIMIT,                   // uint64 resource, soft, hard
    RECORD_LINK,                    // uint32: the MTU of the one network link
    RECORD_ADDRESS,                 // struct address
    RECORD_GATEWAY,                 // struct address
    RECORD_CLOCK,                   // int64 seconds, nanoseconds since 1970
    RECORD_LIST,                    // no command: the processes are written to its output
};

enum { IDENTITY_TERMINAL = 1, IDENTITY_NO_NEW_PRIVS = 2, IDENTITY_INIT = 4 };
struct identity { uint32_t uid, gid, flags, reserved; uint64_t capabilities; };
struct address { uint32_t family, prefix; uint8_t bytes[16]; };

struct link {
    int fd;
    size_t rx_size, tx_start, tx_size;
    char rx[sizeof(struct frame) + PAYLOAD_MAX], tx[LINK_TX];
};

// Waits for room if it must, which it need not where link_has_room was true.
void link_send(struct link *link, int stream, int kind, const void *bytes, size_t size);
void link_send_int(struct link *link, int stream, int kind, int value);
int link_has_room(const struct link *link);
// Reads once and hands on what is whole; 0, or a negative errno when the other side is gone.
int link_receive(struct link *link, void (*handle)(const struct frame *frame, const char *bytes));
int link_flush(struct link *link);

struct ring { size_t start, size; char bytes[WINDOW]; };
// Everything that comes fits: the other side knows the window.
int ring_add(struct ring *ring, const char *bytes, size_t size);
// How much was written: 0 where nothing can be now, or a negative errno.
long ring_write(struct ring *ring, int fd);

size_t length_of(const char *text);
int is_same(const char *a, const char *b);
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
void say(const char *text);        // to standard error
size_t number_text(char *to, unsigned long number); // decimal; the length
int set_nonblocking(int fd);
long wait_for(int fd, int events, int milliseconds); // ppoll of one; -1: for ever
int exit_code(int status);         // of wait4: 128 + n where signal n ended it
void close_from(int first);
__attribute__((noreturn)) void leave(int code);
void drop_capabilities(uint64_t keep, int is_root);

// The roles; none returns.
__attribute__((noreturn)) void machine_main(char **arguments, char **environment);
__attribute__((noreturn)) void guest_main(void);
__attribute__((noreturn)) void enter_main(void);

// A command's place in the monitor, as the role `enter` asks for it: packets over a Unix socket.
#define ENTER_NAME "virt-machine"
enum enter_kind { ENTER_RUN = 1, ENTER_SIGNAL, ENTER_SIZE, ENTER_STARTED, ENTER_EXIT };
struct enter_packet { uint32_t version, kind; int32_t value, other; };
enum { ENTER_FDS = 4 };            // the description, input, output, error

// msghdr and cmsghdr of the kernel; linux/socket.h hides them from programs.
struct message { void *name; int name_size, pad; struct { void *base; size_t size; } *parts; size_t parts_count; void *control; size_t control_size; unsigned flags, pad2; };
struct fds_message { size_t size; int level, type; int fds[ENTER_FDS]; };
struct local_address { uint16_t family; char name[108]; };
