/* Prints CLOCK_MONOTONIC in nanoseconds, the clock of first.c, right before what is measured begins, where no client of .NET is at hand.
 *   asked PROGRAM ARGUMENT...          becomes the program
 *   asked -- SOCKET HELLO REQUEST      sends the bytes of the file REQUEST to an agent that was told HELLO before, and waits for its answer */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char bytes[65536];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void print_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%llu\n", now.tv_sec * 1000000000ULL + now.tv_nsec);
    fflush(stdout);
}

static ssize_t load(const char *path)
{
    int file = open(path, O_RDONLY);
    ssize_t size = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (size < 0)
        fail(path);
    close(file);
    return size;
}

static void ask(int agent, ssize_t size)
{
    if (write(agent, bytes, size) != size || read(agent, bytes, sizeof bytes) <= 0)
        fail("asking the agent");
}

int main(int count, char **words)
{
    if (count < 2)
        return 2;
    if (strcmp(words[1], "--") != 0) {
        print_clock();
        execvp(words[1], words + 1);
        fail(words[1]);
    }
    if (count != 5)
        return 2;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strncpy(address.sun_path, words[2], sizeof address.sun_path - 1);
    int agent = socket(AF_UNIX, SOCK_STREAM, 0);
    if (agent < 0 || connect(agent, (struct sockaddr *)&address, sizeof address) < 0)
        fail(words[2]);
    ask(agent, load(words[3]));
    ssize_t size = load(words[4]);
    print_clock();
    ask(agent, size);
    return 0;
}
