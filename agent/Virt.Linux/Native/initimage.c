// The program of Init/init.c, kept in this binary, and given to containers as a file that is in no file system that they see and that nobody can change.
#define _GNU_SOURCE
#include "keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10
#endif

__asm__(".pushsection .rodata\n.balign 16\nvirt_init_start:\n.incbin \"" VIRT_INIT "\"\nvirt_init_end:\n.popsection\n");
extern const char virt_init_start[], virt_init_end[];

// A descriptor to execute it from, or a negative errno.
int init_image(void)
{
    size_t size = (size_t)(virt_init_end - virt_init_start);
    int made = memfd_create("virt-init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (made < 0 && errno == EINVAL) // before Linux 6.3
        made = memfd_create("virt-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (made < 0)
        return -errno;
    int fd = -1, error = 0;
    if (write(made, virt_init_start, size) != (ssize_t)size || fchmod(made, 0555) < 0 || fcntl(made, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
        error = errno ? errno : EIO;
    // What is open for writing cannot be executed (ETXTBSY). Above the numbers that a launch puts a process's own descriptors at.
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", made);
    int read_only = error ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (!error && (read_only < 0 || (fd = fcntl(read_only, F_DUPFD_CLOEXEC, INIT_FD_LEAST)) < 0))
        error = errno;
    if (read_only >= 0)
        close(read_only);
    close(made);
    return error ? -error : fd;
}
