// What a launch is told, as it crosses the socket (blob_*) and as the child reads it (struct launch).
// The blob's layout is mirrored by Processes/LaunchBlob.cs; the assertions below and that file's constants keep the two together.
#pragma once
#include <stddef.h>
#include <stdint.h>

// One with a label has a version of its own, so that a keeper which knows none does not run unlabelled what was to have one.
enum { BLOB_VERSION = 2, BLOB_VERSION_LABEL = 3, BLOB_MAX = 128 * 1024, FDS_MAX = 64 };

// An array in the blob: offset from the blob's start, aligned to 8, and how many elements.
struct blob_array { uint32_t offset, count; };

// An init in one of its other roles has descriptors of its own; the program that it is executed from stands above them (INIT_FD_LEAST).
enum { INIT_EXTRA_MAX = 8 };

enum launch_flag {
    LAUNCH_NO_NEW_PRIVS = 1,
    LAUNCH_LOOPBACK_UP = 2,
    LAUNCH_LOG_OUTPUT = 4,      // standard output goes through the keeper into the log
    LAUNCH_LOG_ERROR = 8,
    LAUNCH_TERMINAL = 16,       // standard input is the session's terminal
    LAUNCH_INIT = 32,           // the keeper's own init is executed; argv is for it (Init/init.c)
    LAUNCH_READY_NETWORK = 128, // user_fd is a network namespace that was made ahead (make_network_namespace), and the child is born in the user namespace that owns it
    LAUNCH_ROLE = 256,          // with LAUNCH_INIT: in another role, which knows what it reports and where
    LAUNCH_LOG_TERMINAL = 64,   // stdio_fd[0] is the other end of a terminal, which the log reads; the terminal, stdio_fd[1], is all three
};

enum op_kind {
    OP_MOUNT = 1,               // a new file system of `type` with `data` and mount attributes `flags` at dst
    OP_MKDIR = 2,               // existing ones are fine
    OP_MKNOD = 3,               // mode, number = device
    OP_SYMLINK = 4,             // dst -> src
    OP_MOVE = 5,                // a detached mount, by descriptor, at dst
    OP_BIND = 6,                // src, inside the new root, recursively at dst
    OP_ATTRIBUTES = 7,          // add the mount attributes `flags` to the mount at dst
    OP_READ_ONLY = 8,           // dst and what is mounted below it become read-only
    OP_MASK = 9,                // an empty read-only folder over a folder, /dev/null over a file
    OP_FILE = 10,               // write src to the file dst, made with mode where it is missing
    OP_VOLUME = 11,             // a detached mount, by descriptor, at the folder dst, or where the mount is no folder at the file dst, which is made with its parents where it is missing
    OP_OFFER_NETWORK = 12,      // send the own network namespace and a netlink socket in it over the socket fd
    OP_AWAIT_NETWORK = 13,      // wait there for one byte; without it the launch fails
    OP_TAKE = 15,               // a copy of src, with what is mounted below it, is held for OP_GIVE
    OP_GIVE = 16,               // which attaches it at dst
    OP_LABEL = 17,              // dst, which was mounted just now, gets the SELinux label src
    OP_DEVICE = 14,             // the host's device src, or a mount of one by descriptor, over the file dst, which is made where it is missing
};

enum {
    OP_OPTIONAL = 1,            // what is missing (ENOENT, ENOTDIR) is skipped
    OP_INSIDE = 4,              // OP_MOUNT: at a folder as for OP_VOLUME
    OP_EARLY = 2,               // OP_MOUNT: made while the old root is still there, without which the kernel lets no user namespace have a /proc or /sys
};

struct blob_op {
    uint32_t kind, options, mode, number;
    uint64_t flags;
    int32_t fd;                 // index of a descriptor that came with the message, or -1
    uint32_t dst, src, type;    // offsets of strings, 0: none
    uint32_t data, reserved;    // key NUL value NUL ... NUL; an empty value sets a flag
};

struct blob_limit { uint64_t resource, soft, hard; };

struct blob_header {
    uint32_t size, version;
    uint8_t id[16];
    uint64_t namespaces;        // CLONE_NEW* for a new container, or to join with join_fd
    uint64_t capabilities;      // one bit each: kept in bounding, permitted, effective
    uint64_t ready_set;         // the set of cgroups that the launching thread shall sit in; 0: none
    uint32_t flags, uid, gid;
    int32_t oom_score_adj;
    int32_t root_fd, cgroup_fd, join_fd, stdio_fd[3]; // indices of descriptors, -1: none
    uint32_t hostname, cwd, log_path, exit_path;      // offsets of strings, 0: none
    struct blob_array exe, argv, envp;                // offsets of strings; exe: candidates in order
    struct blob_array ops, limits, filter;            // blob_op, blob_limit, struct sock_filter
    struct blob_array groups, extra_fds, cgroup_fds;  // uint32, int32 indices (placed at 3, 4, 5 ...), int32 indices
    int32_t user_fd;            // index of the user namespace that a new container is born in, -1: none
    uint32_t output_uid, output_gid;                  // whose the pipes to the log are, as the host counts
    uint32_t log_kilobytes;     // the log is begun anew beyond; 0: never
    uint32_t exec_label, init_label;                  // offsets of strings, 0: none; the SELinux labels that it is executed with, and of the init's program
};

_Static_assert(sizeof(struct blob_op) == 48, "LaunchBlob.OpSize");
_Static_assert(sizeof(struct blob_limit) == 24, "LaunchBlob.LimitSize");
_Static_assert(sizeof(struct blob_header) == 200, "LaunchBlob.HeaderSize");
_Static_assert(offsetof(struct blob_header, exe) == 104, "LaunchBlob");

struct op {
    uint32_t kind, options, mode, number;
    uint64_t flags;
    int fd;
    const char *dst, *src, *type, *data;
};

// The same with pointers and descriptors in place of offsets and indices. Everything points into the blob or into its own allocation.
struct launch {
    const struct blob_header *header;
    int root_fd, cgroup_fd, join_fd, user_fd, stdio_fd[3];
    const char *hostname, *cwd, *log_path, *exit_path, *exec_label, *init_label;
    const char **exe, **argv, **envp;
    struct op *ops;
    const struct blob_limit *limits;
    const void *filter;
    const uint32_t *groups;
    int *extra_fds, *cgroup_fds;
    uint32_t ops_count, limits_count, filter_count, groups_count, extra_count, cgroup_count;
    int cgroup_inherited;       // the forking thread sits in the right cgroups already
    int inherited_oom_score;    // the keeper's own
    int taken_fd;               // between OP_TAKE and OP_GIVE
    int empty_fd;               // the empty folder that OP_MASK has put over another, or -1
    int copies_low;             // of the keeper's descriptors the child shares those above LAUNCH_FDS until it has copied the others
    int init_fd, report_fd;     // LAUNCH_INIT: its program, and where it says whether the command could be executed
};

// Where a launch failed; Processes/LaunchStep.cs has the same names.
enum step {
    STEP_BLOB = 1, STEP_LOG, STEP_CLONE, STEP_SESSION, STEP_OOM_SCORE, STEP_CGROUP, STEP_JOIN, STEP_HOSTNAME, STEP_LOOPBACK,
    STEP_ROOT, STEP_OP, STEP_LIMITS, STEP_STDIO, STEP_CAPABILITIES, STEP_USER, STEP_CWD, STEP_FILTER, STEP_EXEC, STEP_USER_NAMESPACE, STEP_INIT,
    STEP_LABEL,
};

struct outcome { int pid, pidfd, error, step, op; };

// Checks every offset, count, index and string of a blob and points into it. 0, or an errno; free with launch_free.
int launch_parse(struct launch *launch, const void *blob, size_t size, const int *fds, int fds_count);
void launch_free(struct launch *launch);

// Descriptors that outlive a launch are kept above this number, and those of a launch below: a child then gets a copy of its own alone, and not of thousands.
enum { LAUNCH_FDS = 512 };

// Runs it as a child of this process, from the calling thread. `stack` is the child's, until it executes.
struct outcome launch_run(struct launch *launch, void *stack, size_t stack_size);

// A user namespace in which the ids from 0 on are the host's from `first` on, `count` of them: a descriptor, or a negative errno.
int make_user_namespace(uint32_t first, uint32_t count, void *stack, size_t stack_size);

// A network namespace with its loopback up that such a user namespace owns: a descriptor, which leads to the user namespace too (NS_GET_USERNS), or a negative errno.
int make_network_namespace(uint32_t first, uint32_t count, void *stack, size_t stack_size);

// What the child does; never returns. (child.c)
struct child {
    const struct launch *launch;
    volatile int error, step, op;
    // The usher's: it is the keeper's child, goes into the user namespace, has the child there in the keeper's name, and ends.
    void *stack;
    size_t stack_size;
    volatile int pid, pidfd;
};
void child_main(void *child);
long loopback_up(void);
void usher_main(void *child);

struct clone3_args;
long clone3_on_stack(struct clone3_args *args, void (*entry)(void *), void *argument); // launch.c
