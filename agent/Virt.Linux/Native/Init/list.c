// In the container's namespaces: its processes, for the agent (Machine/MachineProcesses.cs). First the line of /proc/stat that says when the machine was started;
// then for each process three lines: its stat, its Uid of status, its command line with spaces for what ends words and lines.
#include "guest.h"

struct entry { uint64_t inode, offset; uint16_t size; uint8_t type; char name[]; };

static long read_whole(const char *folder, const char *name, char *to, size_t size)
{
    char path[64] = "/proc/";
    size_t n = length_of(folder), m = length_of(name);
    if (n > 20)
        return -ENAMETOOLONG;
    memcpy(path + 6, folder, n);
    path[6 + n] = '/';
    memcpy(path + 7 + n, name, m + 1);
    long fd = RAW(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fd;
    long all = 0, r;
    while ((size_t)all < size && (r = RAW(read, fd, to + all, size - (size_t)all)) > 0)
        all += r;
    RAW(close, fd);
    return all;
}

// Writes the line that begins so; an empty one where there is none.
static void write_line(const char *text, long size, const char *begin)
{
    long n = (long)length_of(begin);
    for (long at = 0, end; at < size; at = end + 1) {
        for (end = at; end < size && text[end] != '\n'; end++)
            ;
        long i = 0;
        while (i < n && at + i < end && text[at + i] == begin[i])
            i++;
        if (i == n) {
            RAW(write, 1, text + at, end - at);
            break;
        }
    }
    RAW(write, 1, "\n", 1);
}

static void write_process(const char *id)
{
    static char stat[2048], status[8192], command[4096];
    long stat_size = read_whole(id, "stat", stat, sizeof stat), status_size = read_whole(id, "status", status, sizeof status), size = read_whole(id, "cmdline", command, sizeof command);
    if (stat_size <= 0 || status_size <= 0 || size < 0)
        return; // it has ended
    // Its name may hold a line's end.
    for (long i = 0; i < stat_size; i++)
        if (stat[i] == '\n')
            stat[i] = ' ';
    RAW(write, 1, stat, stat_size);
    RAW(write, 1, "\n", 1);
    write_line(status, status_size, "Uid:");
    while (size && !command[size - 1])
        size--;
    for (long i = 0; i < size; i++)
        if (!command[i] || command[i] == '\n')
            command[i] = ' ';
    RAW(write, 1, command, size);
    RAW(write, 1, "\n", 1);
}

void list_processes(void)
{
    static char entries[8192] __attribute__((aligned(8))), stat[65536];
    char own[24];
    number_text(own, (unsigned long)RAW(getpid));
    long size = read_whole(".", "stat", stat, sizeof stat);
    write_line(stat, size < 0 ? 0 : size, "btime ");
    long folder = RAW(openat, AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
    while ((r = RAW(getdents64, folder, entries, sizeof entries)) > 0)
        for (long at = 0; at < r;) {
            struct entry *entry = (struct entry *)(entries + at);
            if (entry->name[0] >= '0' && entry->name[0] <= '9' && !is_same(entry->name, own))
                write_process(entry->name);
            at += entry->size;
        }
}
