#define _GNU_SOURCE
#include "forker.h"
#include "keeper.h"
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CHILD_STACK = 96 * 1024, THREAD_STACK = 64 * 1024 };

static void run(struct forker *forker, struct job *job)
{
    if (job->kind == JOB_LAUNCH) {
        uint64_t wanted = job->launch.header->ready_set;
        job->launch.cgroup_inherited = wanted != 0 && wanted == forker->ready_set;
        if (job->launch.cgroup_inherited)
            forker->ready_set = 0;
        job->outcome = launch_run(&job->launch, forker->stack, CHILD_STACK);
        return;
    }
    if (job->kind == JOB_USER_NAMESPACE || job->kind == JOB_NETWORK_NAMESPACE) {
        job->made_namespace = (job->kind == JOB_USER_NAMESPACE ? make_user_namespace : make_network_namespace)(job->first, job->count, forker->stack, CHILD_STACK);
        job->error = job->made_namespace < 0 ? -job->made_namespace : 0;
        return;
    }
    forker->ready_set = 0;
    job->error = 0;
    for (int i = 0; i < job->fds_count; i++)
        if (write(job->fds[i], "0", 1) < 0)
            job->error = errno;
    if (!job->error && job->ready_set >= READY_THREADS)
        forker->ready_set = job->ready_set;
}

static void *forker_main(void *argument)
{
    struct forker *forker = argument;
    for (;;) {
        pthread_mutex_lock(&forker->lock);
        while (!forker->first)
            pthread_cond_wait(&forker->wake, &forker->lock);
        struct job *job = forker->first;
        forker->first = job->next;
        if (!forker->first)
            forker->last = &forker->first;
        pthread_mutex_unlock(&forker->lock);
        run(forker, job);
        forker->done(job);
    }
    return NULL;
}

int forker_start(struct forker *forker, void (*done)(struct job *))
{
    *forker = (struct forker){.last = &forker->first, .done = done, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
    forker->stack = mmap(NULL, CHILD_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (forker->stack == MAP_FAILED)
        return errno;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, THREAD_STACK);
    int error = pthread_create(&forker->thread, &attributes, forker_main, forker);
    pthread_attr_destroy(&attributes);
    return error;
}

void forker_submit(struct forker *forker, struct job *job)
{
    pthread_mutex_lock(&forker->lock);
    job->next = NULL;
    *forker->last = job;
    forker->last = &job->next;
    pthread_cond_signal(&forker->wake);
    pthread_mutex_unlock(&forker->lock);
}
