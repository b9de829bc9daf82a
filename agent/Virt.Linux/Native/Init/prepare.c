// Makes the guest ready for its one container: its modules, its root by virtiofs with what Linux has in every root, its settings, its clock, its network.
#include "guest.h"
#include <asm/ioctls.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ipv6.h>
#include <linux/ipv6_route.h>
#include <linux/mount.h>
#include <linux/route.h>
#include <linux/sockios.h>
#include <linux/time_types.h>

enum { INTERNET = 2, INTERNET6 = 10, DATAGRAM = 2, CHARACTER = 0020000, INERT = MS_NOSUID | MS_NODEV | MS_NOEXEC };

static struct { uint32_t mtu; int has_link; struct address addresses[8], gateways[8]; int addresses_count, gateways_count; } net;

void write_text(const char *path, const char *text)
{
    long fd = RAW(openat, AT_FDCWD, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0)
        return;
    RAW(write, fd, text, length_of(text));
    RAW(close, fd);
}

// /modules/order has a name on each line, each after those that it needs.
void load_modules(void)
{
    static char list[8192];
    char path[128] = "/modules/";
    long fd = RAW(openat, AT_FDCWD, "/modules/order", O_RDONLY | O_CLOEXEC), size = fd < 0 ? 0 : RAW(read, fd, list, sizeof list - 1);
    RAW(close, fd);
    for (long at = 0, start = 0; at < size; at++) {
        if (list[at] != '\n')
            continue;
        if (at > start && (size_t)(at - start) < sizeof path - 10) {
            memcpy(path + 9, list + start, (size_t)(at - start));
            path[9 + at - start] = 0;
            long module = RAW(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
            if (module >= 0) {
                RAW(finit_module, module, "", 0);
                RAW(close, module);
            }
        }
        start = at + 1;
    }
}

// Of a place in the container, where it is in the guest's own root.
static const char *inside(const char *place)
{
    static char path[4096] = GUEST_ROOT;
    size_t n = length_of(GUEST_ROOT), size = length_of(place);
    if (n + size + 1 > sizeof path)
        return "";
    memcpy(path + n, place, size + 1);
    return path;
}

// With its parents; what is there stays.
static void make_folders(const char *place, unsigned mode)
{
    char part[4096];
    size_t n = length_of(GUEST_ROOT), size;
    const char *path = inside(place);
    size = length_of(path);
    memcpy(part, path, size + 1);
    for (size_t i = n + 1; i <= size; i++)
        if (i == size || path[i] == '/') {
            part[i] = 0;
            RAW(mkdirat, AT_FDCWD, part, i == size ? mode : 0755);
            part[i] = path[i];
        }
}

static long mount_at(const char *place, const char *type, unsigned long flags, const char *options)
{
    return RAW(mount, type, inside(place), type, flags, options);
}

// Links of the image are not followed out of its root: a place is looked up with that as the root.
static void take_tmpfs(char *bytes, uint32_t size)
{
    uint64_t flags;
    if (size < sizeof flags + 2)
        return;
    memcpy(&flags, bytes, sizeof flags);
    const char *place = bytes + sizeof flags, *options = place + length_of(place) + 1;
    long root = RAW(openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    make_folders(place, 0755);
    RAW(chroot, GUEST_ROOT);
    RAW(chdir, "/");
    RAW(mount, "tmpfs", place, "tmpfs", flags & 15, options);
    RAW(fchdir, root);
    RAW(chroot, ".");
    RAW(close, root);
}

static void take_record(uint32_t kind, char *bytes, uint32_t size, void *context)
{
    struct __kernel_timespec clock;
    (void)context;
    switch (kind) {
    case RECORD_TMPFS: take_tmpfs(bytes, size); break;
    case RECORD_CLOCK:
        if (size == sizeof clock) {
            memcpy(&clock, bytes, size);
            RAW(clock_settime, 0 /* CLOCK_REALTIME */, &clock);
        }
        break;
    case RECORD_LINK:
        if (size == 4)
            memcpy(&net.mtu, bytes, 4);
        net.has_link = 1;
        break;
    case RECORD_ADDRESS:
        if (size == sizeof *net.addresses && net.addresses_count < 8)
            memcpy(&net.addresses[net.addresses_count++], bytes, size);
        break;
    case RECORD_GATEWAY:
        if (size == sizeof *net.gateways && net.gateways_count < 8)
            memcpy(&net.gateways[net.gateways_count++], bytes, size);
        break;
    }
}

static void take_setting(uint32_t kind, char *bytes, uint32_t size, void *context)
{
    (void)context;
    if (kind == RECORD_SETTING && size > 2)
        write_text(bytes, bytes + length_of(bytes) + 1);
}

static void set_name(struct ifreq *request, const char *name)
{
    memset(request, 0, sizeof *request);
    memcpy(request->ifr_name, name, length_of(name) + 1);
}

static struct sockaddr_in *in4(struct sockaddr *place, uint32_t address)
{
    struct sockaddr_in *in = (struct sockaddr_in *)place;
    memset(in, 0, sizeof *in);
    in->sin_family = INTERNET;
    in->sin_addr.s_addr = address;
    return in;
}

static uint32_t word(const uint8_t *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint32_t mask_of(uint32_t prefix)
{
    uint32_t mask = prefix ? ~0U << (32 - prefix) : 0;
    return __builtin_bswap32(mask); // in the network's order; both machines that we run on have the other
}

static void up(long socket, const char *name)
{
    struct ifreq request;
    set_name(&request, name);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    RAW(ioctl, socket, SIOCSIFFLAGS, &request);
}

static void add_address(long four, long six, int index, const struct address *a)
{
    struct ifreq request;
    if (a->family == 4) {
        set_name(&request, "eth0");
        in4(&request.ifr_addr, word(a->bytes));
        RAW(ioctl, four, SIOCSIFADDR, &request);
        in4(&request.ifr_netmask, mask_of(a->prefix));
        RAW(ioctl, four, SIOCSIFNETMASK, &request);
        return;
    }
    struct in6_ifreq request6 = {.ifr6_prefixlen = a->prefix, .ifr6_ifindex = index};
    memcpy(&request6.ifr6_addr, a->bytes, 16);
    RAW(ioctl, six, SIOCSIFADDR, &request6);
}

static void add_gateway(long four, long six, int index, const struct address *a)
{
    if (a->family == 4) {
        struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY, .rt_dev = "eth0"};
        in4(&route.rt_dst, 0);
        in4(&route.rt_genmask, 0);
        in4(&route.rt_gateway, word(a->bytes));
        RAW(ioctl, four, SIOCADDRT, &route);
        return;
    }
    struct in6_rtmsg route = {.rtmsg_flags = RTF_UP | RTF_GATEWAY, .rtmsg_metric = 1024, .rtmsg_ifindex = index};
    memcpy(&route.rtmsg_gateway, a->bytes, 16);
    RAW(ioctl, six, SIOCADDRT, &route);
}

static int make_network(void)
{
    struct ifreq request;
    long four = RAW(socket, INTERNET, DATAGRAM | O_CLOEXEC, 0), six = RAW(socket, INTERNET6, DATAGRAM | O_CLOEXEC, 0), r = 0;
    up(four, "lo");
    if (net.has_link) {
        set_name(&request, "eth0");
        r = RAW(ioctl, four, SIOCGIFINDEX, &request);
        int index = request.ifr_ifindex;
        // The host says where everybody is: nobody else is asked, and nothing waited for.
        write_text("/proc/sys/net/ipv6/conf/eth0/accept_ra", "0");
        write_text("/proc/sys/net/ipv6/conf/eth0/accept_dad", "0");
        set_name(&request, "eth0");
        request.ifr_mtu = (int)net.mtu;
        RAW(ioctl, four, SIOCSIFMTU, &request);
        up(four, "eth0");
        for (int i = 0; i < net.addresses_count; i++)
            add_address(four, six, index, &net.addresses[i]);
        for (int i = 0; i < net.gateways_count; i++)
            add_gateway(four, six, index, &net.gateways[i]);
    }
    RAW(close, four);
    RAW(close, six);
    return r < 0 ? (int)r : 0;
}

static void make_devices(void)
{
    static const struct { const char *place; unsigned major, minor; } nodes[] = {
        {"/dev/null", 1, 3}, {"/dev/zero", 1, 5}, {"/dev/full", 1, 7}, {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
    };
    static const char *const links[][2] = {
        {"/dev/fd", "/proc/self/fd"}, {"/dev/stdin", "/proc/self/fd/0"}, {"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
        {"/dev/core", "/proc/kcore"}, {"/dev/ptmx", "pts/ptmx"},
    };
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes; i++)
        RAW(mknodat, AT_FDCWD, inside(nodes[i].place), CHARACTER | 0666, nodes[i].major << 8 | nodes[i].minor);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        RAW(symlinkat, links[i][1], AT_FDCWD, inside(links[i][0]));
    make_folders("/dev/pts", 0755);
    make_folders("/dev/shm", 01777);
    make_folders("/dev/mqueue", 01777);
}

int prepare_guest(struct description *d)
{
    RAW(umask, 0);
    long r = RAW(mount, "root", GUEST_ROOT, "virtiofs", 0, 0);
    if (r < 0)
        return (int)r;
    // The host has made these folders. /proc is mounted in the container's own PID namespace: command.c.
    r = mount_at("/sys", "sysfs", INERT | MS_RDONLY, 0);
    if (r >= 0)
        r = mount_at("/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k");
    if (r < 0)
        return (int)r;
    make_devices();
    mount_at("/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620,gid=5");
    mount_at("/dev/mqueue", "mqueue", INERT, 0);
    each_record(d->bytes, d->size, take_record, 0);
    if (d->host_name)
        RAW(sethostname, d->host_name, length_of(d->host_name));
    r = make_network();
    each_record(d->bytes, d->size, take_setting, 0);
    RAW(umask, 022);
    return (int)r;
}
