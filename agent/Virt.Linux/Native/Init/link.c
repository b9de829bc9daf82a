// Frames over the one port between the monitor and the guest, and the little that is needed without libc.
#include "link.h"
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/prctl.h>
#include <linux/time_types.h>

void *memcpy(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;
    while (size--)
        *t++ = *f++;
    return to;
}

void *memset(void *to, int value, size_t size)
{
    char *t = to;
    while (size--)
        *t++ = (char)value;
    return to;
}

size_t length_of(const char *text)
{
    size_t n = 0;
    while (text[n])
        n++;
    return n;
}

int is_same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

void say(const char *text)
{
    RAW(write, 2, text, length_of(text));
}

size_t number_text(char *to, unsigned long number)
{
    char digits[24];
    size_t n = 0, i = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n)
        to[i++] = digits[--n];
    to[i] = 0;
    return i;
}

int set_nonblocking(int fd)
{
    long flags = RAW(fcntl, fd, F_GETFL);
    return flags < 0 ? (int)flags : (int)RAW(fcntl, fd, F_SETFL, flags | O_NONBLOCK);
}

long wait_for(int fd, int events, int milliseconds)
{
    struct pollfd one = {fd, (short)events, 0};
    struct __kernel_timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000LL};
    long r;
    do
        r = RAW(ppoll, &one, 1, milliseconds < 0 ? 0 : &time, 0, 0);
    while (r == -EINTR);
    return r < 0 ? r : one.revents;
}

int exit_code(int status)
{
    return status & 0x7F ? 128 + (status & 0x7F) : status >> 8 & 0xFF;
}

void close_from(int first)
{
    RAW(close_range, first, ~0U, 0);
}

// From the bounding set too, so that no program has more later. Another user than root keeps none.
void drop_capabilities(uint64_t keep, int is_root)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    for (int i = 0; i < 64 && RAW(prctl, PR_CAPBSET_READ, i) >= 0; i++)
        if (!(keep >> i & 1))
            RAW(prctl, PR_CAPBSET_DROP, i);
    RAW(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    if (RAW(capget, &header, data) < 0)
        return;
    for (int i = 0; i < 2; i++) {
        data[i].permitted &= is_root ? (uint32_t)(keep >> 32 * i) : 0;
        data[i].effective = data[i].permitted;
        data[i].inheritable = 0;
    }
    RAW(capset, &header, data);
}

void leave(int code)
{
    RAW(exit_group, code);
    __builtin_unreachable();
}

int link_has_room(const struct link *link)
{
    return link->tx_size + sizeof(struct frame) + PAYLOAD_MAX + LINK_RESERVE <= LINK_TX;
}

int link_flush(struct link *link)
{
    while (link->tx_size) {
        size_t end = LINK_TX - link->tx_start;
        long r = RAW(write, link->fd, link->tx + link->tx_start, link->tx_size < end ? link->tx_size : end);
        if (r == -EINTR)
            continue;
        if (r <= 0)
            return r == -EAGAIN ? 0 : r ? (int)r : -EPIPE;
        link->tx_start = (link->tx_start + (size_t)r) % LINK_TX;
        link->tx_size -= (size_t)r;
    }
    return 0;
}

static void put(struct link *link, const void *bytes, size_t size)
{
    const char *from = bytes;
    for (size_t i = 0; i < size; i++)
        link->tx[(link->tx_start + link->tx_size + i) % LINK_TX] = from[i];
    link->tx_size += size;
}

void link_send(struct link *link, int stream, int kind, const void *bytes, size_t size)
{
    struct frame frame = {(uint32_t)size, (uint16_t)stream, (uint16_t)kind};
    while (link->tx_size + sizeof frame + size > LINK_TX) {
        if (link_flush(link) < 0)
            return; // the next read says so
        if (link->tx_size + sizeof frame + size > LINK_TX)
            wait_for(link->fd, POLLOUT, -1);
    }
    put(link, &frame, sizeof frame);
    put(link, bytes, size);
    link_flush(link);
}

void link_send_int(struct link *link, int stream, int kind, int value)
{
    link_send(link, stream, kind, &value, sizeof value);
}

int link_receive(struct link *link, void (*handle)(const struct frame *frame, const char *bytes))
{
    long r = RAW(read, link->fd, link->rx + link->rx_size, sizeof link->rx - link->rx_size);
    if (r == -EAGAIN || r == -EINTR)
        return 0;
    if (r <= 0)
        return r ? (int)r : -EPIPE;
    link->rx_size += (size_t)r;
    size_t at = 0;
    struct frame frame;
    while (link->rx_size - at >= sizeof frame) {
        memcpy(&frame, link->rx + at, sizeof frame);
        if (frame.length > PAYLOAD_MAX || frame.stream >= STREAMS)
            return -EPROTO;
        if (link->rx_size - at < sizeof frame + frame.length)
            break;
        handle(&frame, link->rx + at + sizeof frame);
        at += sizeof frame + frame.length;
    }
    link->rx_size -= at;
    for (size_t i = 0; i < link->rx_size; i++)
        link->rx[i] = link->rx[at + i];
    return 0;
}

int ring_add(struct ring *ring, const char *bytes, size_t size)
{
    if (ring->size + size > WINDOW)
        return -EPROTO;
    for (size_t i = 0; i < size; i++)
        ring->bytes[(ring->start + ring->size + i) % WINDOW] = bytes[i];
    ring->size += size;
    return 0;
}

long ring_write(struct ring *ring, int fd)
{
    long all = 0;
    while (ring->size) {
        size_t end = WINDOW - ring->start;
        long r = RAW(write, fd, ring->bytes + ring->start, ring->size < end ? ring->size : end);
        if (r == -EINTR)
            continue;
        if (r == -EAGAIN)
            break;
        if (r <= 0)
            return r ? r : -EPIPE;
        ring->start = (ring->start + (size_t)r) % WINDOW;
        ring->size -= (size_t)r;
        all += r;
    }
    return all;
}
