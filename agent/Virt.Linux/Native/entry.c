// How `virt-agent keep <socket>` becomes the keeper: before the .NET runtime has started, so that none of it is in memory.
#define _GNU_SOURCE
#include "keeper.h"
#include "raw.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct mount_attributes { uint64_t set, clear, propagation, userns_fd; };

// Executes this binary again from a read-only mount of itself that nobody else sees. A container whose program is a link to /proc/self/exe
// would otherwise execute the agent's file and could write into it once nobody runs it (as in CVE-2019-5736). Where it fails, we go on without.
static void run_from_read_only_mount(char **argv)
{
    long tree = RAW(open_tree, AT_FDCWD, "/proc/self/exe", 1 /* OPEN_TREE_CLONE */ | O_CLOEXEC);
    if (tree < 0)
        return;
    struct mount_attributes read_only = {.set = 1 /* MOUNT_ATTR_RDONLY */};
    char *again[] = {"virt-keeper", argv[1], argv[2], "sealed", NULL}, *environment[] = {NULL};
    if (RAW(mount_setattr, tree, "", AT_EMPTY_PATH, &read_only, sizeof read_only) == 0)
        RAW(execveat, tree, "", again, environment, AT_EMPTY_PATH);
    close((int)tree);
}

// Every child starts with default dispositions and nothing blocked; the keeper itself takes no signal but KILL.
static void reset_signals(void)
{
    const uint64_t defaults[4] = {0}; // struct sigaction of the kernel; libc's call keeps its hands off 32 and 33
    for (int i = 1; i <= 64; i++)
        RAW(rt_sigaction, i, defaults, 0, 8);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
}

// The listening socket, or a negative errno. A lock on the folder says whether another keeper lives; a socket without one is left over.
// The name goes through /proc/self/fd, since sun_path holds 107 bytes and state folders can be deep.
int keeper_listen(const char *path)
{
    char folder[PATH_MAX], name[PATH_MAX];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    strcpy(folder, path);
    strcpy(name, path);
    int dir = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    if (flock(dir, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EADDRINUSE : -errno;
    if (snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir, basename(name)) >= (int)sizeof address.sun_path)
        return -ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(path);
    mode_t old = umask(0177);
    int failed = fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 16) < 0;
    umask(old);
    return failed ? -errno : fd; // `dir` stays open: it is the lock
}

static int detach(void)
{
    // The caller waits for the first process, whose end says that the keeper listens, or with which errno it does not.
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid > 0) {
        unsigned char code = EIO;
        close(ready[1]);
        if (read(ready[0], &code, 1) != 1)
            code = EIO;
        _exit(code);
    }
    close(ready[0]);
    setsid();
    return ready[1];
}

static int ready_fd = -1;

void keeper_ready(int error)
{
    unsigned char code = (unsigned char)error;
    if (ready_fd >= 0 && write(ready_fd, &code, 1) == 1)
        close(ready_fd);
    ready_fd = -1;
}

static void lower_oom_score(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        // Without CAP_SYS_RESOURCE it stays as it was.
        if (write(fd, "-1000", 5) < 0) {}
        close(fd);
    }
}

__attribute__((constructor)) static void take_over(int argc, char **argv)
{
    if (argc < 3 || strcmp(argv[1], "keep") != 0)
        return;
    if (argc == 3)
        run_from_read_only_mount(argv);
    reset_signals();
    syscall(SYS_close_range, 3, ~0U, 0);
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++)
        dup2(null, i);
    if (null > 2)
        close(null);
    umask(077);
    if (chdir("/") < 0)
        _exit(errno);
    prctl(PR_SET_NAME, "virt-keeper");
    // A child that has not executed yet shares this memory and may already be seen by the container's other processes.
    prctl(PR_SET_DUMPABLE, 0);
    ready_fd = detach();
    if (ready_fd < 0)
        _exit(-ready_fd);
    lower_oom_score();
    int error = keeper_main(argv[2]);
    keeper_ready(error);
    _exit(error);
}
