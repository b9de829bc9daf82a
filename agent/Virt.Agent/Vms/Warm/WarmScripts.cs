using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace Virt.Agent.Vms.Warm;

/// <summary>
/// What a guest's shell does before its state is kept, and in each copy of it. POSIX sh, and what coreutils and busybox have alike. Each process that is started costs an emulated guest some
/// 10 ms, so the copy's has as few as there can be. Sources: machine-id(5), sshd(8), random(4), udhcpc and systemd-networkd.
/// </summary>
internal static class WarmScripts
{
    /// <summary>What the guest is called whose state is kept.</summary>
    public const string TemplateName = "virt-template";

    /// <summary>Bytes of randomness that the copy's script reads.</summary>
    public const int SeedBytes = 64;

    /// <summary>There is no way to renew the kernel's random numbers.</summary>
    public const int NoReseed = 16;

    /// <summary>Its network is asked for by what is not known here.</summary>
    public const int NoNetwork = 17;

    /// <summary>
    /// Waits until the guest has come to rest, takes its adapter down, and writes what <see cref="WarmGuest"/> reads. The program that renews the random numbers stands where a restart takes it away.
    /// </summary>
    public static string Rest(Architecture architecture, bool hasAdapter) => $$"""
        [ ! -d /run/systemd/system ] || systemctl is-system-running --wait > /dev/null 2>&1
        i=0
        while [ $i -lt 60 ]; do
            read -r cpu a b c rest < /proc/stat; before=$((a + b + c))
            sleep 1
            read -r cpu a b c rest < /proc/stat
            [ $((a + b + c - before)) -gt 25 ] || break
            i=$((i + 1))
        done
        for folder in /dev/shm /run /tmp /root; do
            tool=$folder/.virt-reseed
            printf '{{Octal(ReseedProgram.For(architecture))}}' > $tool 2> /dev/null && chmod 700 $tool && head -c {{SeedBytes}} /dev/urandom | $tool && reseed=$tool && break
            rm -f $tool
        done
        [ -n "$reseed" ] || { echo 'it has no place for a program that renews its random numbers' >&2; exit {{NoReseed}}; }
        echo "reseed=$reseed"
        for key in /etc/ssh/ssh_host_*_key; do
            [ -e "$key" ] || continue
            key=${key#/etc/ssh/ssh_host_}
            echo "hostkey=${key%_key}"
        done
        {{(hasAdapter ? RestNetwork : "")}}
        sync
        """;

    private static readonly string RestNetwork = $$"""
        adapter=
        for path in /sys/class/net/*; do
            [ ! -e "$path/device" ] || adapter=${path##*/}
        done
        network=
        if [ -d /run/systemd/netif ] && systemctl --quiet is-active systemd-networkd; then
            network={{WarmGuest.Networkd}}
        else
            for process in /proc/[0-9]*; do
                read -r name 2> /dev/null < "$process/comm" || continue
                [ "$name" = udhcpc ] || continue
                network={{WarmGuest.Udhcpc}}
                echo "dhcp=$(tr '\000' ' ' < "$process/cmdline")"
                kill "${process#/proc/}"
            done
        fi
        [ -n "$adapter" ] && [ -n "$network" ] || { echo 'its network is asked for by neither systemd-networkd nor udhcpc' >&2; exit {{NoNetwork}}; }
        echo "adapter=$adapter"
        echo "network=$network"
        ip addr flush dev "$adapter"
        ip link set dev "$adapter" down || exit {{NoNetwork}}
        """;

    /// <summary>
    /// Makes another guest of a copy. It reads <see cref="SeedBytes"/> bytes of randomness; its adapter's address is the last that it changes before it asks for its network, for who sees that lets it have the network.
    /// </summary>
    /// <param name="guest">What the guest is.</param>
    /// <param name="hostName">What it is to be called.</param>
    /// <param name="machineId">Its machine id, 32 hexadecimal digits.</param>
    /// <param name="macAddress">Of its adapter; null: it has none.</param>
    /// <param name="now">The time.</param>
    public static string Renew(WarmGuest guest, string hostName, string machineId, string? macAddress, DateTimeOffset now)
    {
        var text = new StringBuilder();
        text.Append(FormattableString.Invariant($$"""
            set -f
            {{Quote(guest.Reseed)}} || { echo 'its random numbers could not be renewed' >&2; exit 15; }
            name={{Quote(hostName)}}
            id={{machineId}}

            """));
        text.Append(Names);
        text.Append(MachineId);
        text.Append(FormattableString.Invariant($"date -s '@{now.ToUnixTimeMilliseconds() / 1000}' > /dev/null || exit 14\n"));
        if (guest.HostKeys.Count > 0)
        {
            text.Append(HostKeys(guest));
        }

        if (macAddress is not null && guest.Adapter.Length > 0)
        {
            text.Append(Network(guest, macAddress));
        }

        return text.ToString();
    }

    /// <summary>Gives the guest the name in <c>$name</c>, by what the shell itself can do alone.</summary>
    internal const string Names = """
        read -r old < /proc/sys/kernel/hostname
        echo "$name" > /proc/sys/kernel/hostname || exit 14
        echo "$name" > /etc/hostname || exit 14
        if [ -f /etc/hosts ]; then
            text=
            while read -r line; do
                new=
                for word in $line; do
                    [ "$word" != "$old" ] || word=$name
                    new="$new$word "
                done
                text="$text$new
        "
            done < /etc/hosts
            printf %s "$text" > /etc/hosts || exit 14
        fi

        """;

    /// <summary>The same with its machine id, in <c>$id</c>.</summary>
    internal const string MachineId = """
        echo "$id" > /etc/machine-id || exit 14
        if [ -f /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ]; then
            echo "$id" > /var/lib/dbus/machine-id || exit 14
        fi

        """;

    // An RSA key takes an emulated guest seconds: it comes later. sshd takes up what is there by SIGHUP.
    private static string HostKeys(WarmGuest guest)
    {
        var now = string.Join(' ', guest.HostKeys.Where(static key => key != "rsa"));
        return $$"""
            set +f
            rm -f /etc/ssh/ssh_host_* || exit 14
            set -f
            key() { ssh-keygen -q -t "$1" -N '' -C "root@$name" -f "/etc/ssh/ssh_host_$1_key" < /dev/null > /dev/null; }
            again() {
                if [ -r /run/sshd.pid ]; then read -r pid < /run/sshd.pid; kill -HUP "$pid"; fi
            }
            for kind in {{now}}; do key "$kind" || exit 14; done
            again

            """ + (guest.HostKeys.Contains("rsa") ? "(key rsa; again) < /dev/null > /dev/null 2>&1 &\n" : "");
    }

    private static string Network(WarmGuest guest, string macAddress)
    {
        var up = $$"""
            adapter={{Quote(guest.Adapter)}}
            mac={{macAddress}}
            read -r oldmac < "/sys/class/net/$adapter/address"
            {{(guest.Network == WarmGuest.Networkd ? OtherAddressInFiles : "")}}
            ip link set dev "$adapter" address "$mac" up || exit 14
            i=0
            until read -r carrier 2> /dev/null < "/sys/class/net/$adapter/carrier" && [ "$carrier" = 1 ]; do
                i=$((i + 1))
                [ $i -lt 200000 ] || { echo 'its network adapter has no link' >&2; exit 18; }
            done

            """;
        return up + (guest.Network == WarmGuest.Networkd
            ? """
              systemctl restart systemd-networkd || exit 14
              wait=/lib/systemd/systemd-networkd-wait-online
              [ ! -x $wait ] || $wait --interface="$adapter" --timeout=10 > /dev/null 2>&1 || true

              """
            : FormattableString.Invariant($"{Words(guest.DhcpCommand)} -b -t 3 < /dev/null > /dev/null 2>&1\ntrue\n"));
    }

    // What cloud-init and netplan have written names the adapter by its address.
    private const string OtherAddressInFiles = """
        for folder in /etc/netplan /etc/systemd/network /run/systemd/network; do
            [ ! -d $folder ] || grep -rl "$oldmac" $folder | while read -r file; do sed -i "s/$oldmac/$mac/g" "$file"; done
        done
        """;

    private static string Words(string command) => string.Join(' ', command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Quote));

    private static string Quote(string word) => "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string Octal(byte[] bytes) => string.Concat(bytes.Select(static one => "\\" + Convert.ToString(one, 8).PadLeft(3, '0')));
}
