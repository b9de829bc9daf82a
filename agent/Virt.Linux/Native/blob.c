// From a blob that another process wrote to a struct that can be trusted: nothing outside this file reads an offset.
#include "launch.h"
#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>

struct reader { const char *blob; size_t size; const int *fds; int fds_count; int error; };

// The blob ends in a zero, so that a string which starts inside it also ends inside it.
static const char *string(struct reader *r, uint32_t offset)
{
    if (offset == 0)
        return NULL;
    if (offset < sizeof(struct blob_header) || offset >= r->size) {
        r->error = EINVAL;
        return NULL;
    }
    return r->blob + offset;
}

static const void *array(struct reader *r, struct blob_array a, size_t element)
{
    if (a.count == 0)
        return NULL;
    if (a.offset % 8 || a.offset < sizeof(struct blob_header) || a.offset > r->size || a.count > (r->size - a.offset) / element) {
        r->error = EINVAL;
        return NULL;
    }
    return r->blob + a.offset;
}

static int descriptor(struct reader *r, int32_t index)
{
    if (index == -1)
        return -1;
    if (index < 0 || index >= r->fds_count) {
        r->error = EINVAL;
        return -1;
    }
    return r->fds[index];
}

static const char **strings(struct reader *r, struct blob_array a)
{
    const uint32_t *offsets = array(r, a, sizeof *offsets);
    if (r->error)
        return NULL;
    const char **result = calloc(a.count + 1, sizeof *result);
    if (!result) {
        r->error = ENOMEM;
        return NULL;
    }
    for (uint32_t i = 0; i < a.count; i++) {
        result[i] = string(r, offsets[i]);
        if (!result[i])
            r->error = EINVAL;
    }
    return result;
}

static int *descriptors(struct reader *r, struct blob_array a, uint32_t *count)
{
    const int32_t *indices = array(r, a, sizeof *indices);
    if (r->error || a.count == 0)
        return NULL;
    int *result = calloc(a.count, sizeof *result);
    if (!result) {
        r->error = ENOMEM;
        return NULL;
    }
    for (uint32_t i = 0; i < a.count; i++) {
        result[i] = descriptor(r, indices[i]);
        if (result[i] < 0)
            r->error = EINVAL;
    }
    *count = a.count;
    return result;
}

// key NUL value NUL ... NUL
static const char *pairs(struct reader *r, uint32_t offset)
{
    const char *start = string(r, offset), *end = r->blob + r->size, *at = start;
    while (at && at < end && *at) {
        at += strlen(at) + 1;
        if (at < end)
            at += strlen(at) + 1;
    }
    if (at && at >= end)
        r->error = EINVAL;
    return start;
}

static struct op *operations(struct reader *r, struct blob_array a, uint32_t *count)
{
    const struct blob_op *from = array(r, a, sizeof *from);
    if (r->error || a.count == 0)
        return NULL;
    struct op *result = calloc(a.count, sizeof *result);
    if (!result) {
        r->error = ENOMEM;
        return NULL;
    }
    for (uint32_t i = 0; i < a.count; i++) {
        struct op *op = &result[i];
        op->kind = from[i].kind;
        op->options = from[i].options;
        op->mode = from[i].mode;
        op->number = from[i].number;
        op->flags = from[i].flags;
        op->fd = descriptor(r, from[i].fd);
        op->dst = string(r, from[i].dst);
        op->src = string(r, from[i].src);
        op->type = string(r, from[i].type);
        op->data = pairs(r, from[i].data);
        int needs_src = op->kind == OP_SYMLINK || op->kind == OP_BIND || op->kind == OP_FILE || op->kind == OP_TAKE || op->kind == OP_LABEL || (op->kind == OP_DEVICE && op->fd < 0);
        if (!op->dst || (op->kind == OP_MOUNT && !op->type) || (needs_src && !op->src) || ((op->kind == OP_MOVE || op->kind == OP_VOLUME || op->kind == OP_OFFER_NETWORK || op->kind == OP_AWAIT_NETWORK) && op->fd < 0))
            r->error = EINVAL;
    }
    *count = a.count;
    return result;
}

int launch_parse(struct launch *launch, const void *blob, size_t size, const int *fds, int fds_count)
{
    memset(launch, 0, sizeof *launch);
    const struct blob_header *h = blob;
    if (size < sizeof *h + 1 || size > BLOB_MAX || h->size != size || h->version != (h->exec_label ? BLOB_VERSION_LABEL : BLOB_VERSION) || ((const char *)blob)[size - 1] != 0)
        return EINVAL;

    struct reader r = {.blob = blob, .size = size, .fds = fds, .fds_count = fds_count};
    launch->header = h;
    launch->empty_fd = -1;
    launch->root_fd = descriptor(&r, h->root_fd);
    launch->cgroup_fd = descriptor(&r, h->cgroup_fd);
    launch->join_fd = descriptor(&r, h->join_fd);
    launch->user_fd = descriptor(&r, h->user_fd);
    for (int i = 0; i < 3; i++)
        launch->stdio_fd[i] = descriptor(&r, h->stdio_fd[i]);
    launch->hostname = string(&r, h->hostname);
    launch->cwd = string(&r, h->cwd);
    launch->log_path = string(&r, h->log_path);
    launch->exit_path = string(&r, h->exit_path);
    launch->exec_label = string(&r, h->exec_label);
    launch->init_label = string(&r, h->init_label);
    launch->exe = strings(&r, h->exe);
    launch->argv = strings(&r, h->argv);
    launch->envp = strings(&r, h->envp);
    launch->ops = operations(&r, h->ops, &launch->ops_count);
    launch->limits = array(&r, h->limits, sizeof *launch->limits);
    launch->limits_count = h->limits.count;
    launch->filter = array(&r, h->filter, sizeof(struct sock_filter));
    launch->filter_count = h->filter.count;
    launch->groups = array(&r, h->groups, sizeof *launch->groups);
    launch->groups_count = h->groups.count;
    launch->extra_fds = descriptors(&r, h->extra_fds, &launch->extra_count);
    launch->cgroup_fds = descriptors(&r, h->cgroup_fds, &launch->cgroup_count);
    if (!r.error && (h->exe.count == 0 || h->argv.count == 0 || h->filter.count > UINT16_MAX || (h->flags & LAUNCH_INIT && h->extra_fds.count > (h->flags & LAUNCH_ROLE ? INIT_EXTRA_MAX : 0))))
        r.error = EINVAL;
    if (r.error)
        launch_free(launch);
    return r.error;
}

void launch_free(struct launch *launch)
{
    free(launch->exe);
    free(launch->argv);
    free(launch->envp);
    free(launch->ops);
    free(launch->extra_fds);
    free(launch->cgroup_fds);
    memset(launch, 0, sizeof *launch);
}
