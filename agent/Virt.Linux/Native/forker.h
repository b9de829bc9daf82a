// A thread that only forks. One stays in the keeper's own cgroups; on cgroup v1 the others wait inside cgroups that were made ready for
// the next containers, which are then born in them. (Moving a process there afterwards waits for an RCU grace period.)
#pragma once
#include "launch.h"
#include <pthread.h>

enum job_kind { JOB_LAUNCH, JOB_READY, JOB_USER_NAMESPACE, JOB_NETWORK_NAMESPACE };

struct job {
    enum job_kind kind;
    struct job *next;
    uint32_t tag;               // of the request
    uint64_t connection;        // the number of the connection that asked
    void *blob;
    int fds[FDS_MAX], fds_count;
    // JOB_LAUNCH
    struct launch launch;
    struct outcome outcome;
    void *kept;                 // the keeper's own
    // JOB_READY
    uint64_t ready_set;
    int error;
    // JOB_USER_NAMESPACE, JOB_NETWORK_NAMESPACE
    uint32_t first, count;
    int made_namespace;         // a descriptor, -1: error says why
};

struct forker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job *first, **last;
    uint64_t ready_set;         // where the thread sits; used up by the launch that inherits it
    void *stack;
    void (*done)(struct job *);
};

// 0, or an errno. `done` is called on the forker's thread.
int forker_start(struct forker *forker, void (*done)(struct job *));
void forker_submit(struct forker *forker, struct job *job);
