// The parent of everything that outlives the agent (docs/adr/0002-keeper.md): one thread around epoll, and a few that fork.
#define _GNU_SOURCE
#include "keeper.h"
#include "forker.h"
#include "log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>


enum { FIRST_AGENT_SECONDS = 30 };
enum source_kind { SOURCE_LISTENER, SOURCE_AGENT, SOURCE_DONE, SOURCE_PROCESS, SOURCE_OUTPUT, SOURCE_ERROR };

struct source { enum source_kind kind; struct kept *kept; };

struct kept {
    struct kept *next;
    uint8_t id[16];
    int pid, pidfd;             // pidfd -1: it has ended
    struct log_file log;
    char *exit_path;
    struct log_stream streams[2];
    int terminal;               // -1: none
    struct source process, output[2];
    struct child_message end;   // once it has ended
    int dead;                   // to be freed after this round of events
};

struct packet { struct packet *next; int fd; size_t size; char bytes[]; };

static struct {
    int epoll, listener, agent, done, null, oom_score, init;
    uint64_t connection;        // the number of the current one
    int had_agent, jobs;
    int list_waits;             // a LIST waits for the end of all jobs
    uint32_t list_tag;
    const char *path;
    struct kept *kept;
    struct packet *out, **out_last;
    struct forker home, ready[READY_THREADS];
    pthread_mutex_t done_lock;
    struct job *done_jobs;
} keeper;

static struct source listener_source = {SOURCE_LISTENER, NULL}, agent_source = {SOURCE_AGENT, NULL}, done_source = {SOURCE_DONE, NULL};

static int watch(int fd, struct source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    return epoll_ctl(keeper.epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? errno : 0;
}

// Out of the way of launches. One that cannot be moved stays where it is: children are only made more slowly then.
static void lift(int *fd)
{
    int high = *fd < 0 || *fd >= LAUNCH_FDS ? -1 : fcntl(*fd, F_DUPFD_CLOEXEC, LAUNCH_FDS);
    if (high < 0)
        return;
    close(*fd);
    *fd = high;
}

// Closing alone does not end the watch: the agent has the pidfd too, and a child that has not executed yet has a copy of everything;
// epoll would go on to tell of it, with a pointer to what is gone.
static void unwatch(int *fd)
{
    if (*fd >= 0) {
        epoll_ctl(keeper.epoll, EPOLL_CTL_DEL, *fd, NULL);
        close(*fd);
    }
    *fd = -1;
}

// ---- to the agent ----

static void drop_agent(void)
{
    unwatch(&keeper.agent);
    for (struct packet *p = keeper.out, *next; p; p = next) {
        next = p->next;
        if (p->fd >= 0)
            close(p->fd);
        free(p);
    }
    keeper.out = NULL;
    keeper.out_last = &keeper.out;
    keeper.list_waits = 0;
}

// 0, EAGAIN, or that the agent is gone.
static int send_now(const void *bytes, size_t size, int fd)
{
    union { char bytes[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {0};
    struct iovec io = {(void *)bytes, size};
    struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    while (sendmsg(keeper.agent, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        if (errno != EINTR)
            return errno;
    return 0;
}

static void watch_agent(uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = &agent_source};
    epoll_ctl(keeper.epoll, EPOLL_CTL_MOD, keeper.agent, &event);
}

// An agent that is slow to read is waited for in memory: a packet a child at most. `fd` stays the caller's.
static void tell(const void *bytes, size_t size, int fd)
{
    if (keeper.agent < 0)
        return;
    int error = keeper.out ? EAGAIN : send_now(bytes, size, fd);
    if (error == 0)
        return;
    struct packet *packet = error == EAGAIN || error == ETOOMANYREFS ? malloc(sizeof *packet + size) : NULL;
    if (!packet) {
        drop_agent();
        return;
    }
    *packet = (struct packet){.fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3), .size = size};
    memcpy(packet->bytes, bytes, size);
    *keeper.out_last = packet;
    keeper.out_last = &packet->next;
    watch_agent(EPOLLIN | EPOLLOUT);
}

static void send_waiting(void)
{
    while (keeper.out) {
        struct packet *packet = keeper.out;
        int error = send_now(packet->bytes, packet->size, packet->fd);
        if (error == EAGAIN || error == ETOOMANYREFS)
            return;
        if (error) {
            drop_agent();
            return;
        }
        keeper.out = packet->next;
        if (!keeper.out)
            keeper.out_last = &keeper.out;
        if (packet->fd >= 0)
            close(packet->fd);
        free(packet);
    }
    watch_agent(EPOLLIN);
}

static void reply(uint32_t tag, int error, int step, int op, int pid, int pidfd)
{
    struct reply message = {.type = MESSAGE_REPLY, .tag = tag, .error = error, .step = step, .op = op, .pid = pid};
    tell(&message, sizeof message, pidfd);
}

// ---- children ----

static void close_terminal(struct kept *kept)
{
    if (kept->terminal >= 0)
        close(kept->terminal);
    kept->terminal = -1;
}

static void forget(struct kept *kept)
{
    for (struct kept **at = &keeper.kept; *at; at = &(*at)->next)
        if (*at == kept) {
            *at = kept->next;
            break;
        }
    unwatch(&kept->streams[0].pipe);
    unwatch(&kept->streams[1].pipe);
    close_terminal(kept);
    unwatch(&kept->pidfd);
    log_close(&kept->log);
    free(kept->exit_path);
    free(kept);
}

static void drain(struct kept *kept)
{
    for (int i = 0; i < 2; i++) {
        struct log_stream *stream = &kept->streams[i];
        enum log_state state = LOG_MORE;
        while (stream->pipe >= 0 && state == LOG_MORE)
            state = log_move(stream, &kept->log);
        if (state == LOG_ENDED)
            unwatch(&stream->pipe);
    }
}

// `exited 3 <time>` or `signaled 9 <time>`, never half of it. Nothing is synced: what this tells is void after a crash of the machine.
static int write_exit_file(const struct kept *kept)
{
    char temporary[PATH_MAX], text[64 + TIME_LENGTH], time[TIME_LENGTH + 1];
    if (snprintf(temporary, sizeof temporary, "%s.new", kept->exit_path) >= (int)sizeof temporary)
        return ENAMETOOLONG;
    format_time(time, kept->end.seconds, (long)kept->end.nanoseconds);
    int length = snprintf(text, sizeof text, "%s %d %s\n", kept->end.code == CLD_EXITED ? "exited" : "signaled", kept->end.status, time);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return errno;
    ssize_t written = write(fd, text, (size_t)length);
    close(fd);
    if (written != length)
        return EIO;
    return rename(temporary, kept->exit_path) < 0 ? errno : 0;
}

static void process_ended(struct kept *kept)
{
    siginfo_t info = {0};
    if (kept->pidfd < 0 || waitid(P_PIDFD, (id_t)kept->pidfd, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
        return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    drain(kept); // before anybody is told, so that whoever knows the exit code can read all of the output
    if (kept->streams[0].is_terminal) { // all that had it open were in its process namespace
        unwatch(&kept->streams[0].pipe);
        close_terminal(kept);
    }
    kept->end = (struct child_message){
        .type = MESSAGE_EXITED, .pid = kept->pid, .code = info.si_code, .status = info.si_status,
        .seconds = now.tv_sec, .nanoseconds = now.tv_nsec,
    };
    memcpy(kept->end.id, kept->id, sizeof kept->id);
    unwatch(&kept->pidfd);
    int on_disk = kept->exit_path && write_exit_file(kept) == 0;
    int told = keeper.agent >= 0;
    tell(&kept->end, sizeof kept->end, -1);
    // What is neither told nor on disk waits for the next agent's LIST, unless nobody asked for it to be kept.
    kept->dead = on_disk || told || !kept->exit_path;
}

static void stream_ready(struct kept *kept, int index)
{
    struct log_stream *stream = &kept->streams[index];
    enum log_state state = stream->pipe >= 0 ? log_move(stream, &kept->log) : LOG_DRAINED;
    if (state == LOG_ENDED)
        unwatch(&stream->pipe);
    if (state == LOG_MORE && stream->is_terminal) {
        // Told once for each change only: the rest is asked for, in its turn.
        struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &kept->output[index]};
        epoll_ctl(keeper.epoll, EPOLL_CTL_MOD, stream->pipe, &event);
    }
}

// Once its process has ended, a child is kept for writers that it left behind, and only as long as they live.
static void sweep(void)
{
    for (struct kept *kept = keeper.kept, *next; kept; kept = next) {
        next = kept->next;
        if (kept->dead && kept->streams[0].pipe < 0 && kept->streams[1].pipe < 0)
            forget(kept);
    }
}

// ---- requests ----

static void close_fds(struct job *job)
{
    for (int i = 0; i < job->fds_count; i++)
        close(job->fds[i]);
    job->fds_count = 0;
}

static void job_done(struct job *job)
{
    pthread_mutex_lock(&keeper.done_lock);
    job->next = keeper.done_jobs;
    keeper.done_jobs = job;
    pthread_mutex_unlock(&keeper.done_lock);
    uint64_t one = 1;
    if (write(keeper.done, &one, sizeof one) < 0)
        abort();
}

static int log_pipe(struct job *job, struct kept *kept, int index)
{
    int ends[2];
    if (job->fds_count == FDS_MAX || pipe2(ends, O_CLOEXEC) < 0)
        return errno ? errno : EMFILE;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    // /dev/stdout is opened anew by many programs, which is for the owner alone.
    uint32_t uid = job->launch.header->output_uid, gid = job->launch.header->output_gid;
    if ((uid || gid) && fchown(ends[1], uid, gid) < 0) {
        close(ends[0]);
        close(ends[1]);
        return errno;
    }
    kept->streams[index].pipe = ends[0];
    lift(&kept->streams[index].pipe);
    job->fds[job->fds_count++] = ends[1];
    job->launch.stdio_fd[index + 1] = ends[1];
    return 0;
}

// The keeper's own copy of the terminal keeps it from being hung up while nobody else has it open.
static int log_terminal(struct job *job, struct kept *kept)
{
    int *stdio = job->launch.stdio_fd;
    if (stdio[0] < 0 || stdio[1] < 0)
        return EINVAL;
    kept->streams[0].pipe = fcntl(stdio[0], F_DUPFD_CLOEXEC, 3);
    kept->terminal = fcntl(stdio[1], F_DUPFD_CLOEXEC, 3);
    if (kept->streams[0].pipe < 0 || kept->terminal < 0 || fcntl(kept->streams[0].pipe, F_SETFL, O_NONBLOCK) < 0)
        return errno;
    lift(&kept->streams[0].pipe);
    lift(&kept->terminal);
    kept->streams[0].is_terminal = 1;
    stdio[0] = stdio[2] = stdio[1];
    return 0;
}

static int prepare(struct job *job, struct kept *kept)
{
    struct launch *launch = &job->launch;
    memcpy(kept->id, launch->header->id, sizeof kept->id);
    launch->inherited_oom_score = keeper.oom_score;
    launch->init_fd = keeper.init;
    for (struct kept *k = keeper.kept; k; k = k->next)
        if (memcmp(k->id, kept->id, sizeof k->id) == 0 && !k->dead)
            return EEXIST;
    if (launch->exit_path && !(kept->exit_path = strdup(launch->exit_path)))
        return ENOMEM;
    int error = 0;
    if (launch->log_path) {
        error = log_open(&kept->log, launch->log_path, (int64_t)launch->header->log_kilobytes * 1024);
        if (error)
            return error;
        lift(&kept->log.fd);
        if (launch->header->flags & LAUNCH_LOG_OUTPUT)
            error = log_pipe(job, kept, 0);
        if (!error && launch->header->flags & LAUNCH_LOG_ERROR)
            error = log_pipe(job, kept, 1);
        if (!error && launch->header->flags & LAUNCH_LOG_TERMINAL)
            error = log_terminal(job, kept);
    }
    for (int i = 0; i < 3; i++)
        if (launch->stdio_fd[i] < 0)
            launch->stdio_fd[i] = keeper.null;
    return error;
}

static void free_job(struct job *job)
{
    launch_free(&job->launch);
    close_fds(job);
    free(job->blob);
    free(job);
}

static void request_launch(struct job *job, const char *bytes, size_t size)
{
    struct kept *kept = calloc(1, sizeof *kept);
    int error = kept ? 0 : ENOMEM, step = STEP_BLOB;
    job->blob = malloc(size ? size : 1);
    if (!job->blob)
        error = ENOMEM;
    if (!error) {
        memcpy(job->blob, bytes, size); // malloc's alignment is what the arrays in it need
        *kept = (struct kept){
            .pidfd = -1, .log = {.fd = -1}, .terminal = -1, .streams = {{-1, "stdout", 0, 0}, {-1, "stderr", 0, 0}},
            .process = {SOURCE_PROCESS, kept}, .output = {{SOURCE_OUTPUT, kept}, {SOURCE_ERROR, kept}},
        };
        error = launch_parse(&job->launch, job->blob, size, job->fds, job->fds_count);
    }
    if (!error) {
        step = STEP_LOG;
        error = prepare(job, kept);
    }
    if (error) {
        reply(job->tag, error, step, -1, -1, -1);
        if (kept)
            forget(kept);
        free_job(job);
        return;
    }
    job->kind = JOB_LAUNCH;
    job->kept = kept;
    keeper.jobs++;
    uint64_t set = job->launch.header->ready_set;
    forker_submit(set ? &keeper.ready[set % READY_THREADS] : &keeper.home, job);
}

static void launched(struct job *job)
{
    struct kept *kept = job->kept;
    int pidfd = job->outcome.pidfd, error = job->outcome.error;
    close_fds(job); // with them the writing ends of the pipes
    lift(&pidfd);
    if (!error) {
        kept->pid = job->outcome.pid;
        kept->pidfd = pidfd;
        kept->next = keeper.kept;
        keeper.kept = kept;
        watch(pidfd, &kept->process, EPOLLIN);
        for (int i = 0; i < 2; i++)
            if (kept->streams[i].pipe >= 0)
                // Of a terminal that nobody has open the kernel would tell without end.
                watch(kept->streams[i].pipe, &kept->output[i], EPOLLIN | (kept->streams[i].is_terminal ? EPOLLET : 0));
    }
    if (job->connection == keeper.connection)
        reply(job->tag, error, job->outcome.step, job->outcome.op, job->outcome.pid, pidfd);
    if (error)
        forget(kept);
}

static void made_namespace(struct job *job)
{
    if (job->connection == keeper.connection)
        reply(job->tag, job->error, 0, -1, 0, job->made_namespace);
    if (job->made_namespace >= 0)
        close(job->made_namespace);
}

static void request_list(uint32_t tag);

static void jobs_ended(void)
{
    uint64_t count;
    if (read(keeper.done, &count, sizeof count) < 0)
        return;
    pthread_mutex_lock(&keeper.done_lock);
    struct job *job = keeper.done_jobs, *next;
    keeper.done_jobs = NULL;
    pthread_mutex_unlock(&keeper.done_lock);
    for (; job; job = next) {
        next = job->next;
        keeper.jobs--;
        if (job->kind == JOB_LAUNCH)
            launched(job);
        else if (job->kind == JOB_USER_NAMESPACE || job->kind == JOB_NETWORK_NAMESPACE)
            made_namespace(job);
        else if (job->connection == keeper.connection)
            reply(job->tag, job->error, 0, -1, 0, -1);
        free_job(job);
    }
    if (keeper.jobs == 0 && keeper.list_waits) {
        keeper.list_waits = 0;
        request_list(keeper.list_tag);
    }
}

// What the agent before this one asked for, and did not live to hear of, must be in the list.
static void request_list(uint32_t tag)
{
    if (keeper.jobs > 0) {
        keeper.list_waits = 1;
        keeper.list_tag = tag;
        return;
    }
    for (struct kept *kept = keeper.kept; kept; kept = kept->next) {
        if (kept->dead)
            continue;
        struct child_message message = kept->end;
        message.type = MESSAGE_CHILD;
        message.tag = tag;
        message.pid = kept->pid;
        memcpy(message.id, kept->id, sizeof kept->id);
        tell(&message, sizeof message, kept->pidfd);
        if (keeper.agent >= 0)
            kept->dead = kept->pidfd < 0; // it has been told
    }
    reply(tag, 0, 0, -1, 0, -1);
}

static void request(const char *bytes, size_t size, const int *fds, int fds_count)
{
    struct request_header header;
    struct job *job = calloc(1, sizeof *job);
    if (!job || size < sizeof header) {
        free(job);
        for (int i = 0; i < fds_count; i++)
            close(fds[i]);
        drop_agent();
        return;
    }
    memcpy(&header, bytes, sizeof header);
    bytes += sizeof header;
    size -= sizeof header;
    job->tag = header.tag;
    job->connection = keeper.connection;
    job->fds_count = fds_count;
    memcpy(job->fds, fds, sizeof *fds * (size_t)fds_count);
    switch (header.type) {
    case MESSAGE_LAUNCH:
        request_launch(job, bytes, size);
        return;
    case MESSAGE_READY:
        if (size == sizeof job->ready_set) {
            job->kind = JOB_READY;
            memcpy(&job->ready_set, bytes, size);
            keeper.jobs++;
            forker_submit(&keeper.ready[job->ready_set % READY_THREADS], job);
            return;
        }
        reply(header.tag, EINVAL, STEP_BLOB, -1, -1, -1);
        break;
    case MESSAGE_USER_NAMESPACE:
    case MESSAGE_NETWORK_NAMESPACE:
        if (size == 2 * sizeof(uint32_t)) {
            job->kind = header.type == MESSAGE_USER_NAMESPACE ? JOB_USER_NAMESPACE : JOB_NETWORK_NAMESPACE;
            memcpy(&job->first, bytes, sizeof job->first);
            memcpy(&job->count, bytes + sizeof job->first, sizeof job->count);
            keeper.jobs++;
            forker_submit(&keeper.home, job);
            return;
        }
        reply(header.tag, EINVAL, STEP_BLOB, -1, -1, -1);
        break;
    case MESSAGE_LIST:
        request_list(header.tag);
        break;
    case MESSAGE_HELLO:
        reply(header.tag, 0, 0, -1, KEEPER_VERSION, -1);
        break;
    default:
        reply(header.tag, ENOSYS, STEP_BLOB, -1, -1, -1);
    }
    free_job(job);
}

static void agent_ready(void)
{
    static char bytes[BLOB_MAX + sizeof(struct request_header)];
    union { char bytes[CMSG_SPACE(sizeof(int) * FDS_MAX)]; struct cmsghdr align; } control;
    struct iovec io = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t size = recvmsg(keeper.agent, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    int fds[FDS_MAX], fds_count = 0;
    for (struct cmsghdr *c = size >= 0 ? CMSG_FIRSTHDR(&message) : NULL; c; c = CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            fds_count = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
            memcpy(fds, CMSG_DATA(c), sizeof(int) * (size_t)fds_count);
        }
    if (size <= 0 || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        for (int i = 0; i < fds_count; i++)
            close(fds[i]);
        drop_agent();
        return;
    }
    request(bytes, (size_t)size, fds, fds_count);
}

// One agent at a time; the peer must be of our own user. A second one is turned away and comes again when the first is gone.
static void accept_agent(void)
{
    int fd = accept4(keeper.listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct ucred peer;
    socklen_t length = sizeof peer;
    int ours = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid();
    char byte;
    if (keeper.agent >= 0 && recv(keeper.agent, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        drop_agent();
    if (!ours || keeper.agent >= 0 || watch(fd, &agent_source, EPOLLIN)) {
        close(fd);
        return;
    }
    int bytes = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    keeper.agent = fd;
    keeper.connection++;
    keeper.had_agent = 1;
}

static void handle(struct source *source, uint32_t events)
{
    switch (source->kind) {
    case SOURCE_LISTENER: accept_agent(); break;
    case SOURCE_DONE: jobs_ended(); break;
    case SOURCE_PROCESS: process_ended(source->kept); break;
    case SOURCE_OUTPUT: stream_ready(source->kept, 0); break;
    case SOURCE_ERROR: stream_ready(source->kept, 1); break;
    case SOURCE_AGENT:
        if (keeper.agent >= 0 && events & EPOLLOUT)
            send_waiting();
        if (keeper.agent >= 0 && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
            agent_ready();
        break;
    }
}

static int read_oom_score(void)
{
    int score = 0;
    FILE *file = fopen("/proc/self/oom_score_adj", "re");
    if (file) {
        if (fscanf(file, "%d", &score) != 1)
            score = 0;
        fclose(file);
    }
    return score;
}

int keeper_main(const char *path)
{
    keeper.agent = -1;
    keeper.out_last = &keeper.out;
    keeper.path = path;
    keeper.oom_score = read_oom_score();
    pthread_mutex_init(&keeper.done_lock, NULL);
    keeper.epoll = epoll_create1(EPOLL_CLOEXEC);
    keeper.done = eventfd(0, EFD_CLOEXEC);
    keeper.init = init_image();
    keeper.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    keeper.listener = keeper_listen(path);
    if (keeper.listener < 0)
        return -keeper.listener;
    if (keeper.epoll < 0 || keeper.done < 0 || keeper.null < 0)
        return errno;
    int error = forker_start(&keeper.home, job_done);
    for (int i = 0; i < READY_THREADS && !error; i++)
        error = forker_start(&keeper.ready[i], job_done);
    if (!error)
        error = watch(keeper.listener, &listener_source, EPOLLIN);
    if (!error)
        error = watch(keeper.done, &done_source, EPOLLIN);
    if (error)
        return error;
    keeper_ready(0);

    for (;;) {
        int alone = keeper.agent < 0 && !keeper.kept && !keeper.jobs;
        if (alone && keeper.had_agent)
            break;
        struct epoll_event events[16];
        int count = epoll_wait(keeper.epoll, events, 16, alone ? FIRST_AGENT_SECONDS * 1000 : -1);
        if (count == 0)
            break;
        for (int i = 0; i < count; i++)
            handle(events[i].data.ptr, events[i].events);
        sweep();
    }
    unlink(path);
    return 0;
}
