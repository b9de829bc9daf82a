using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>
/// What makes a guest forget who it is, so that each machine of its image becomes another one. POSIX sh, and what coreutils and busybox have alike. It writes a word for each thing that was there and is gone.
/// Sources: machine-id(5), sshd(8), cloud-init's clean command, virt-sysprep(1).
/// </summary>
internal static class SealScript
{
    /// <summary>cloud-init is in the guest: what it has remembered is gone, and it waits for a seed.</summary>
    public const string CloudInit = "cloud-init";

    /// <summary>The script, for <c>/bin/sh -c</c>.</summary>
    public const string Text = """
        gone() { rm -rf "$@" || exit 14; }
        have() { for f in "$@"; do [ -e "$f" ] && return 0; done; return 1; }
        if [ -d /etc/cloud ]; then
            gone /var/lib/cloud/* /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init /etc/NetworkManager/system-connections/cloud-init-* /etc/systemd/network/10-cloud-init-*
            echo cloud-init
        fi
        if [ -s /etc/machine-id ]; then
            : > /etc/machine-id || exit 14
            [ -L /var/lib/dbus/machine-id ] || gone /var/lib/dbus/machine-id
            echo machine-id
        fi
        if have /etc/ssh/ssh_host_*; then
            gone /etc/ssh/ssh_host_*
            echo ssh-host-keys
        fi
        if have /etc/udev/rules.d/70-persistent-net.rules /var/lib/dhcp/*.lease* /var/lib/dhclient/* /var/lib/NetworkManager/*.lease /var/lib/NetworkManager/secret_key; then
            gone /etc/udev/rules.d/70-persistent-net.rules /var/lib/dhcp/*.lease* /var/lib/dhclient/* /var/lib/NetworkManager/*.lease /var/lib/NetworkManager/secret_key
            echo network
        fi
        for f in /etc/sysconfig/network-scripts/ifcfg-*; do
            if [ -f "$f" ] && grep -q '^HWADDR=' "$f"; then sed -i -e '/^HWADDR=/d' -e '/^UUID=/d' "$f" || exit 14; fi
        done
        gone /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /var/log/journal/*
        sync
        """;

    /// <summary>The words that it has written, in their order.</summary>
    public static IReadOnlyList<string> Read(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(static word => word.All(static c => char.IsAsciiLetterLower(c) || c == '-')).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
