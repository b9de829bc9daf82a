// What the guest's first process (guest.c) and the start of commands in it (command.c) share.
#pragma once
#include "link.h"

#define GUEST_ROOT "/container"    // where the container's root is mounted in the guest's own

enum { ARGUMENTS_MAX = 4096, GROUPS_MAX = 1024 };

// A description, taken apart; everything points into it.
struct description {
    char *arguments[ARGUMENTS_MAX + 1], *variables[ARGUMENTS_MAX + 1], *programs[64 + 1];
    uint32_t groups[GROUPS_MAX];
    int arguments_count, variables_count, programs_count, groups_count, lists;
    const char *folder, *host_name;
    struct identity identity;
    char *bytes;
    size_t size;
};

// Calls back for each record; 0, or -EPROTO where one does not fit.
int each_record(char *bytes, size_t size, void (*handle)(uint32_t kind, char *bytes, uint32_t size, void *context), void *context);

// In prepare.c: mounts, settings, clock and network of the whole guest, once, before the first command. 0, or a negative errno.
int prepare_guest(struct description *description);
void load_modules(void);
void write_text(const char *path, const char *text);

struct started { long pid; int error; int input, output, error_output; /* ours of the pipes, or the terminal's; -1: none */ };
// In command.c. The first has namespaces made for it, the others enter them.
struct started start_command(struct description *description, int is_first);
void enter_namespaces_of(long pid);
// In list.c, in a process of its own there.
void list_processes(void);
