// What runs between clone3 and execve: raw system calls only, over data that does not change meanwhile.
#define _GNU_SOURCE
#include "clone3.h"
#include "launch.h"
#include "raw.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

// linux/mount.h and sys/mount.h cannot be included together in older libcs.
enum {
    PATH_LONGEST = 4096,
    VIRT_FSCONFIG_SET_FLAG = 0, VIRT_FSCONFIG_SET_STRING = 1, VIRT_FSCONFIG_CMD_CREATE = 6,
    VIRT_FSOPEN_CLOEXEC = 1, VIRT_FSMOUNT_CLOEXEC = 1, VIRT_OPEN_TREE_CLONE = 1,
    VIRT_MOVE_F_EMPTY = 4, VIRT_MOVE_T_EMPTY = 0x40, VIRT_RECURSIVE = 0x8000,
    VIRT_ATTR_RDONLY = 1, VIRT_ATTR_NOSUID = 2, VIRT_ATTR_NODEV = 4, VIRT_ATTR_NOEXEC = 8,
    VIRT_CLOSE_RANGE_UNSHARE = 2,
    VIRT_CLOSE_RANGE_CLOEXEC = 4,
};
struct mount_attributes { uint64_t set, clear, propagation, userns_fd; };

// Like libc's strlen; libc itself is out of bounds here.
static size_t length(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

#define TRY(call) do { long try_ = (call); if (try_ < 0) return try_; } while (0)

// An image may have a link where a mount belongs; following it would hide what is meant to be seen, or show what is meant to be hidden.
static long open_target(const char *path, uint64_t flags)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    return RAW(openat2, AT_FDCWD, path, &how, sizeof how);
}

// Follows an image's links, which cannot lead out of the root, but for those of /proc/self/fd: they lead to what the keeper holds open.
static long open_inside(const char *path, uint64_t flags, uint64_t mode)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .mode = mode, .resolve = RESOLVE_NO_MAGICLINKS};
    return RAW(openat2, AT_FDCWD, path, &how, sizeof how);
}

// Where the last part of a path begins, 0: at the root; what stands before it goes to `parent`.
static long cut_last(const char *path, char parent[PATH_LONGEST])
{
    size_t cut = 0, n = length(path);
    if (n >= PATH_LONGEST)
        return -ENAMETOOLONG;
    for (size_t i = 0; i < n; i++) {
        parent[i] = path[i];
        if (path[i] == '/' && path[i + 1])
            cut = i;
    }
    parent[cut] = 0;
    return (long)cut;
}

// Makes one folder; its parent must be there.
static long make_folder(const char *path, uint32_t mode)
{
    char parent[PATH_LONGEST];
    long cut = cut_last(path, parent), r;
    TRY(cut);
    if (cut) {
        long folder = open_inside(parent, O_PATH | O_DIRECTORY, 0);
        TRY(folder);
        r = RAW(mkdirat, folder, path + cut + 1, mode);
        RAW(close, folder);
    } else {
        r = RAW(mkdirat, AT_FDCWD, path, mode); // mkdir(2) does not follow the last part of a name
    }
    return r == -EEXIST ? 0 : r;
}

// Makes a folder and those that it stands in, from the top down.
static long make_folders(const char *path, uint32_t mode)
{
    char part[PATH_LONGEST];
    size_t n = length(path);
    if (n >= sizeof part)
        return -ENAMETOOLONG;
    part[0] = path[0];
    for (size_t i = 1; i <= n; i++) {
        if (i == n || path[i] == '/') {
            part[i] = 0;
            long folder = open_inside(part, O_PATH | O_DIRECTORY, 0);
            if (folder >= 0)
                RAW(close, folder);
            else if (folder == -ENOENT)
                TRY(make_folder(part, mode));
            else
                return folder;
        }
        part[i] = path[i];
    }
    return 0;
}

static long attach_at(long mount, long target)
{
    TRY(target);
    long r = RAW(move_mount, mount, "", target, "", VIRT_MOVE_F_EMPTY | VIRT_MOVE_T_EMPTY);
    RAW(close, target);
    return r;
}

static long attach(long mount, const char *path)
{
    return attach_at(mount, open_target(path, O_PATH));
}

static long detached_mount(const struct op *op)
{
    long fs = RAW(fsopen, op->type, VIRT_FSOPEN_CLOEXEC);
    TRY(fs);
    for (const char *key = op->data; key && *key;) {
        const char *value = key + length(key) + 1;
        TRY(RAW(fsconfig, fs, *value ? VIRT_FSCONFIG_SET_STRING : VIRT_FSCONFIG_SET_FLAG, key, *value ? value : 0, 0));
        key = value + length(value) + 1;
    }
    TRY(RAW(fsconfig, fs, VIRT_FSCONFIG_CMD_CREATE, 0, 0, 0));
    long mount = RAW(fsmount, fs, VIRT_FSMOUNT_CLOEXEC, op->flags);
    RAW(close, fs);
    return mount;
}

// An empty file, with the folders that it stands in. It is opened only where nothing was: what is there may be a device.
static long make_file(const char *path, uint32_t folders)
{
    char parent[PATH_LONGEST];
    long cut = cut_last(path, parent);
    TRY(cut);
    if (cut)
        TRY(make_folders(parent, folders));
    long file = open_inside(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY, 0644);
    TRY(file);
    RAW(close, file);
    return 0;
}

// What is no folder: a file, a socket.
static long attach_file(long mount, const char *path, uint32_t folders)
{
    long place = open_inside(path, O_PATH, 0);
    if (place == -ENOENT) {
        TRY(make_file(path, folders));
        place = open_inside(path, O_PATH, 0);
    }
    TRY(place);
    struct stat what;
    long r = RAW(newfstatat, place, "", &what, AT_EMPTY_PATH);
    if (r >= 0 && !S_ISDIR(what.st_mode))
        return attach_at(mount, place);
    RAW(close, place);
    return r < 0 ? r : -EISDIR;
}

static long attach_inside(long mount, const char *path, uint32_t mode)
{
    struct stat what;
    TRY(RAW(newfstatat, mount, "", &what, AT_EMPTY_PATH));
    if (!S_ISDIR(what.st_mode))
        return attach_file(mount, path, mode);
    TRY(make_folders(path, mode));
    return attach_at(mount, open_inside(path, O_PATH | O_DIRECTORY, 0));
}

static long new_mount(const struct op *op)
{
    long mount = op->options & OP_EARLY ? op->fd : detached_mount(op);
    TRY(mount);
    long r = op->options & OP_INSIDE ? attach_inside(mount, op->dst, 0755) : attach(mount, op->dst);
    RAW(close, mount);
    return r;
}

static long mount_device(const struct op *op)
{
    struct open_how how = {.flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, .mode = 0666, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    long r = attach_at(op->fd, RAW(openat2, AT_FDCWD, op->dst, &how, sizeof how));
    RAW(close, op->fd);
    return r;
}

// What has to be fetched from the old root, or made while it is there.
static long prepare_op(struct op *op)
{
    if (op->kind == OP_MOUNT && op->options & OP_EARLY)
        op->fd = (int)detached_mount(op);
    else if (op->kind == OP_DEVICE && op->fd < 0)
        op->fd = (int)RAW(open_tree, AT_FDCWD, op->src, VIRT_OPEN_TREE_CLONE | O_CLOEXEC);
    else
        return 0;
    return op->fd;
}

static long bind_over(const char *src, const char *dst, uint64_t attributes)
{
    long tree = RAW(open_tree, AT_FDCWD, src, VIRT_OPEN_TREE_CLONE | O_CLOEXEC | VIRT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
    TRY(tree);
    if (attributes) {
        struct mount_attributes set = {.set = attributes};
        TRY(RAW(mount_setattr, tree, "", AT_EMPTY_PATH | VIRT_RECURSIVE, &set, sizeof set));
    }
    long r = attach(tree, dst);
    RAW(close, tree);
    return r;
}

// One empty folder for all: each file system more is one more for the kernel to make and to end.
static long mask_folder(struct launch *launch, long target, const char *data)
{
    if (launch->empty_fd >= 0) {
        long again = RAW(open_tree, launch->empty_fd, "", VIRT_OPEN_TREE_CLONE | O_CLOEXEC | AT_EMPTY_PATH);
        TRY(again);
        long r = attach_at(again, target);
        RAW(close, again);
        return r;
    }
    struct op empty = {
        .type = "tmpfs", .data = data ? data : "size\0" "0\0",
        .flags = VIRT_ATTR_RDONLY | VIRT_ATTR_NOSUID | VIRT_ATTR_NODEV | VIRT_ATTR_NOEXEC,
    };
    long mount = detached_mount(&empty);
    TRY(mount);
    TRY(attach_at(mount, target));
    launch->empty_fd = (int)mount;
    return 0;
}

static long mask(struct launch *launch, const char *path, const char *data)
{
    long target = open_target(path, O_PATH);
    TRY(target);
    struct stat what;
    TRY(RAW(newfstatat, target, "", &what, AT_EMPTY_PATH));
    if (S_ISDIR(what.st_mode))
        return mask_folder(launch, target, data);
    long nothing = RAW(open_tree, AT_FDCWD, "/dev/null", VIRT_OPEN_TREE_CLONE | O_CLOEXEC);
    TRY(nothing);
    long r = attach_at(nothing, target);
    RAW(close, nothing);
    return r;
}

static long write_file(const struct op *op)
{
    long fd = open_inside(op->dst, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, op->mode);
    if (fd == -ELOOP && op->options & OP_OPTIONAL)
        return 0; // an image that links it elsewhere has its reasons
    TRY(fd);
    long r = RAW(write, fd, op->src, length(op->src));
    RAW(close, fd);
    return r;
}

static long set_attributes(const struct op *op)
{
    struct mount_attributes set = {.set = op->flags};
    return RAW(mount_setattr, AT_FDCWD, op->dst, 0, &set, sizeof set);
}

// Whoever makes the network needs no rights in the user namespace, and finds the one that the process really is in.
static long offer_network(const struct op *op)
{
    long space = RAW(openat, AT_FDCWD, "/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    TRY(space);
    long routes = RAW(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    TRY(routes);
    union { struct cmsghdr header; char bytes[CMSG_SPACE(2 * sizeof(int))]; } control = {0};
    control.header.cmsg_len = CMSG_LEN(2 * sizeof(int));
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    ((int *)CMSG_DATA(&control.header))[0] = (int)space;
    ((int *)CMSG_DATA(&control.header))[1] = (int)routes;
    char letter = 0;
    struct iovec vector = {&letter, 1};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    long r = RAW(sendmsg, op->fd, &message, MSG_NOSIGNAL);
    RAW(close, space);
    RAW(close, routes);
    return r;
}

static long await_network(const struct op *op)
{
    char letter;
    long r = RAW(recvfrom, op->fd, &letter, 1);
    return r == 0 ? -ECANCELED : r;
}

static long take(struct launch *launch, const char *src)
{
    long tree = RAW(open_tree, AT_FDCWD, src, VIRT_OPEN_TREE_CLONE | O_CLOEXEC | VIRT_RECURSIVE | AT_SYMLINK_NOFOLLOW);
    launch->taken_fd = (int)tree;
    return tree;
}

static long run_op(struct launch *launch, const struct op *op)
{
    switch (op->kind) {
    case OP_MOUNT: return new_mount(op);
    case OP_MKDIR: return make_folder(op->dst, op->mode);
    case OP_MKNOD: return RAW(mknodat, AT_FDCWD, op->dst, op->mode, op->number);
    case OP_SYMLINK: return RAW(symlinkat, op->src, AT_FDCWD, op->dst);
    case OP_MOVE: return attach(op->fd, op->dst);
    case OP_BIND: return bind_over(op->src, op->dst, op->flags);
    case OP_ATTRIBUTES: return set_attributes(op);
    case OP_READ_ONLY: return bind_over(op->dst, op->dst, VIRT_ATTR_RDONLY);
    case OP_MASK: return mask(launch, op->dst, op->data);
    case OP_FILE: return write_file(op);
    case OP_VOLUME: return attach_inside(op->fd, op->dst, op->mode);
    case OP_OFFER_NETWORK: return offer_network(op);
    case OP_AWAIT_NETWORK: return await_network(op);
    case OP_DEVICE: return mount_device(op);
    case OP_TAKE: return take(launch, op->src);
    case OP_LABEL: return RAW(lsetxattr, op->dst, "security.selinux", op->src, length(op->src) + 1, 0);
    case OP_GIVE: return attach(launch->taken_fd, op->dst);
    default: return -EINVAL;
    }
}

// The old root is gone before the first path of the image is looked up: whatever an image holds, nothing of the host can be reached by a name.
static long enter_root(const struct launch *launch)
{
    TRY(RAW(mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0));
    TRY(RAW(move_mount, launch->root_fd, "", AT_FDCWD, "/", VIRT_MOVE_F_EMPTY));
    TRY(RAW(fchdir, launch->root_fd));
    TRY(RAW(pivot_root, ".", "."));
    TRY(RAW(umount2, ".", MNT_DETACH));
    return RAW(chdir, "/");
}

// A folder outside of the root, such as one behind /proc/self/fd, would be a way out.
static long enter_folder(const char *path)
{
    long folder = open_inside(path, O_PATH | O_DIRECTORY, 0);
    TRY(folder);
    long r = RAW(fchdir, folder);
    RAW(close, folder);
    return r;
}

long loopback_up(void)
{
    struct ifreq request = {0};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    long fd = RAW(socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    TRY(fd);
    long r = RAW(ioctl, fd, SIOCSIFFLAGS, &request);
    RAW(close, fd);
    return r;
}

// While the parent waits in vfork, the score is the child's own although the memory is shared (fs/proc/base.c, __set_oom_adj).
static long set_oom_score(int score)
{
    char text[12];
    int at = sizeof text, negative = score < 0;
    unsigned left = negative ? -(unsigned)score : (unsigned)score;
    do
        text[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (negative)
        text[--at] = '-';
    long fd = RAW(openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    TRY(fd);
    long r = RAW(write, fd, text + at, sizeof text - at);
    RAW(close, fd);
    return r == -EACCES ? 0 : r; // lowering it needs CAP_SYS_RESOURCE
}

static long join_cgroups(const struct launch *launch)
{
    if (!launch->cgroup_inherited)
        for (uint32_t i = 0; i < launch->cgroup_count; i++)
            TRY(RAW(write, launch->cgroup_fds[i], "0", 1));
    return 0;
}

// What becomes the process's descriptor i: an init's last one is where it reports.
static int *descriptor(const struct launch *launch, uint32_t i)
{
    // SAFETY: the numbers are this launch's own, and nobody reads them after the child.
    struct launch *own = (struct launch *)launch;
    return i < 3 ? &own->stdio_fd[i] : i < 3 + own->extra_count ? &own->extra_fds[i - 3] : &own->report_fd;
}

// Puts the descriptors to 0, 1, 2, 3 ... and marks all others to close. First all go above the targets, so that none is overwritten unread.
static long place_descriptors(const struct launch *launch)
{
    uint32_t count = 3 + launch->extra_count + (launch->header->flags & LAUNCH_INIT ? 1 : 0);
    for (uint32_t i = 0; i < count; i++) {
        long high = RAW(fcntl, *descriptor(launch, i), F_DUPFD_CLOEXEC, count);
        TRY(high);
        *descriptor(launch, i) = (int)high;
    }
    for (uint32_t i = 0; i < count; i++)
        TRY(RAW(dup3, *descriptor(launch, i), i, 0));
    return RAW(close_range, count, ~0U, VIRT_CLOSE_RANGE_CLOEXEC);
}

static long drop_capabilities(uint64_t keep)
{
    for (int i = 0; i < 64; i++) {
        if (keep >> i & 1)
            continue;
        long r = RAW(prctl, PR_CAPBSET_DROP, i);
        if (r == -EINVAL)
            break; // the last capability that this kernel knows
        TRY(r);
    }
    RAW(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return 0;
}

static long become_user(const struct launch *launch)
{
    const struct blob_header *h = launch->header;
    TRY(RAW(setgroups, launch->groups_count, launch->groups));
    TRY(RAW(setresgid, h->gid, h->gid, h->gid));
    TRY(RAW(setresuid, h->uid, h->uid, h->uid));
    // Another user than root has none after execve; root has what the bounding set leaves.
    uint64_t keep = h->uid == 0 ? h->capabilities : 0;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    TRY(RAW(capget, &header, data));
    for (int i = 0; i < 2; i++) {
        data[i].permitted &= (uint32_t)(keep >> 32 * i); // the keeper need not have all of them itself
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    return RAW(capset, &header, data);
}

static long execute(const struct launch *launch)
{
    if (launch->header->flags & LAUNCH_INIT)
        return RAW(execveat, launch->init_fd, "", launch->argv, launch->envp, AT_EMPTY_PATH);
    long first = -ENOENT;
    for (const char **path = launch->exe; *path; path++) {
        long r = RAW(execve, *path, launch->argv, launch->envp);
        if (r != -ENOENT && r != -ENOTDIR && r != -EACCES)
            return r;
        if (r == -EACCES)
            first = r; // as execvp: remembered while the search goes on
    }
    return first;
}

// Only what is raised; what it is to be at last is set at last, when no file has to be opened any more.
static long raise_limit(const struct blob_limit *limit)
{
    uint64_t now[2];
    TRY(RAW(prlimit64, 0, limit->resource, 0, now));
    if (limit->hard <= now[1])
        return 0;
    now[1] = limit->hard;
    return RAW(prlimit64, 0, limit->resource, now, 0);
}

// What needs the keeper's own rights. Its step is set before each.
static long settle(struct child *child)
{
    const struct launch *launch = child->launch;
    child->step = STEP_OOM_SCORE;
    if (launch->header->oom_score_adj != launch->inherited_oom_score)
        TRY(set_oom_score(launch->header->oom_score_adj));
    child->step = STEP_LIMITS;
    for (uint32_t i = 0; i < launch->limits_count; i++)
        TRY(raise_limit(&launch->limits[i]));
    child->step = STEP_CGROUP;
    return join_cgroups(launch);
}

// The root of the user namespace that was entered: whoever it was before has no id there, and could make no file.
static long become_root(void)
{
    TRY(RAW(setgroups, 0, 0));
    TRY(RAW(setresgid, 0, 0, 0));
    return RAW(setresuid, 0, 0, 0);
}

static long set_filter(const struct launch *launch)
{
    if (!launch->filter_count)
        return 0;
    struct sock_fprog program = {.len = (unsigned short)launch->filter_count, .filter = (struct sock_filter *)launch->filter};
    return RAW(seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

// With what label it is to be executed (proc_pid_attr(5)). Said at the host's /proc, before anything of a container's is entered: what stands at /proc there may be a
// container's own, which would take the words and do nothing (CVE-2019-16884). An init is executed from memory, which has to be labelled as a file of the container's.
static long prepare_label(const struct launch *launch)
{
    if (!launch->exec_label)
        return 0;
    long fd = RAW(openat, AT_FDCWD, "/proc/thread-self/attr/exec", O_WRONLY | O_CLOEXEC);
    TRY(fd);
    long r = RAW(write, fd, launch->exec_label, length(launch->exec_label));
    RAW(close, fd);
    TRY(r);
    if (launch->header->flags & LAUNCH_INIT && launch->init_label)
        return RAW(fsetxattr, launch->init_fd, "security.selinux", launch->init_label, length(launch->init_label) + 1, 0);
    return 0;
}

#define STEP(number, call) do { long step_ = (call); if (step_ < 0) { child->error = (int)-step_; child->step = (number); goto failed; } } while (0)

__attribute__((noreturn)) void child_main(void *argument)
{
    struct child *child = argument;
    const struct launch *launch = child->launch;
    const struct blob_header *h = launch->header;

    // Before anything else is opened or closed: until then they are the keeper's own.
    if (launch->copies_low)
        STEP(STEP_CLONE, RAW(close_range, LAUNCH_FDS, ~0U, VIRT_CLOSE_RANGE_UNSHARE));
    STEP(STEP_SESSION, RAW(setsid));
    if (h->flags & LAUNCH_INIT)
        STEP(STEP_INIT, launch->init_fd);
    STEP(STEP_LABEL, prepare_label(launch));
    if (launch->join_fd >= 0 || launch->user_fd < 0) // the usher has done it otherwise
        STEP(child->step, settle(child));
    if (launch->join_fd >= 0)
        STEP(STEP_JOIN, RAW(setns, launch->join_fd, h->namespaces & ~(uint64_t)CLONE_NEWPID));
    if (launch->user_fd >= 0 || h->namespaces & CLONE_NEWUSER)
        STEP(STEP_USER_NAMESPACE, become_root());
    if (launch->join_fd < 0 && h->namespaces & CLONE_NEWCGROUP)
        STEP(STEP_CGROUP, RAW(unshare, CLONE_NEWCGROUP));
    if (launch->hostname)
        STEP(STEP_HOSTNAME, RAW(sethostname, launch->hostname, length(launch->hostname)));
    if (h->flags & LAUNCH_LOOPBACK_UP && !(h->flags & LAUNCH_READY_NETWORK))
        STEP(STEP_LOOPBACK, loopback_up());

    RAW(umask, 0);
    for (uint32_t i = 0; i < launch->ops_count; i++) {
        child->op = (int)i;
        // SAFETY: the operations are this launch's own, and nobody reads them after the child.
        STEP(STEP_OP, prepare_op(&launch->ops[i]));
    }
    child->op = -1;
    if (launch->root_fd >= 0)
        STEP(STEP_ROOT, enter_root(launch));
    for (uint32_t i = 0; i < launch->ops_count; i++) {
        const struct op *op = &launch->ops[i];
        child->op = (int)i;
        // SAFETY: as above.
        long r = run_op((struct launch *)launch, op);
        if (!((op->options & OP_OPTIONAL) && (r == -ENOENT || r == -ENOTDIR)))
            STEP(STEP_OP, r);
    }
    child->op = -1;
    RAW(umask, 022);

    STEP(STEP_STDIO, place_descriptors(launch));
    if (h->flags & LAUNCH_TERMINAL && !(h->flags & LAUNCH_INIT))
        STEP(STEP_STDIO, RAW(ioctl, 0, TIOCSCTTY, 0));
    for (uint32_t i = 0; i < launch->limits_count; i++)
        STEP(STEP_LIMITS, RAW(prlimit64, 0, launch->limits[i].resource, &launch->limits[i].soft, 0));
    // Who may get new privileges needs CAP_SYS_ADMIN for a filter (seccomp(2)); what follows is among the calls that it lets pass.
    if (!(h->flags & LAUNCH_NO_NEW_PRIVS))
        STEP(STEP_FILTER, set_filter(launch));
    STEP(STEP_CAPABILITIES, drop_capabilities(h->capabilities));
    STEP(STEP_USER, become_user(launch));
    STEP(STEP_CWD, enter_folder(launch->cwd ? launch->cwd : "/"));
    if (h->flags & LAUNCH_NO_NEW_PRIVS)
        STEP(STEP_CAPABILITIES, RAW(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));

    // An init waits for its signals; those that come before it does are kept for it.
    uint64_t blocked = h->flags & LAUNCH_INIT ? ~(uint64_t)0 : 0;
    RAW(rt_sigprocmask, SIG_SETMASK, &blocked, 0, sizeof blocked);
    if (h->flags & LAUNCH_NO_NEW_PRIVS)
        STEP(STEP_FILTER, set_filter(launch));
    STEP(h->flags & LAUNCH_INIT ? STEP_INIT : STEP_EXEC, execute(launch));

failed:
    RAW(exit_group, 127);
    __builtin_unreachable();
}

// Into the user namespace, and into the network namespace that was made ahead in it.
static long enter_namespaces(const struct launch *launch)
{
    if (!(launch->header->flags & LAUNCH_READY_NETWORK))
        return RAW(setns, launch->user_fd, CLONE_NEWUSER);
    long owner = RAW(ioctl, launch->user_fd, NS_GET_USERNS);
    TRY(owner);
    long r = RAW(setns, owner, CLONE_NEWUSER);
    RAW(close, owner);
    TRY(r);
    return RAW(setns, launch->user_fd, CLONE_NEWNET);
}

// Runs in the keeper's thread's stead: its own end is the sign that the child has executed or ended.
__attribute__((noreturn)) void usher_main(void *argument)
{
    struct child *child = argument;
    const struct launch *launch = child->launch;
    int pidfd = -1;
    STEP(child->step, settle(child));
    STEP(STEP_USER_NAMESPACE, enter_namespaces(launch));
    uint64_t made = CLONE_NEWCGROUP | CLONE_NEWUSER | (launch->header->flags & LAUNCH_READY_NETWORK ? CLONE_NEWNET : 0);
    struct clone3_args args = {
        // CLONE_PARENT: the child is the keeper's, and sends it the signal that the usher was told to.
        .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_PARENT | CLONE3_CLEAR_SIGHAND | (launch->copies_low ? CLONE_FILES : 0) | (launch->header->namespaces & ~made),
        .pidfd = (uint64_t)&pidfd,
        .stack = (uint64_t)child->stack,
        .stack_size = child->stack_size,
    };
    long pid = clone3_on_stack(&args, child_main, child);
    STEP(STEP_CLONE, pid);
    child->pid = (int)pid;
    child->pidfd = pidfd;

failed:
    RAW(exit_group, 0);
    __builtin_unreachable();
}
