using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.Agent.Images.VmImages.Make;

/// <summary>
/// What makes installed packages the system of a machine: a boot loader's settings, a network, consoles, and no identity. POSIX sh, run in the new root by its own programs, so that no link in it leads out of it. Pure.
/// Sources: fstab(5), repart.d(5), systemd.network(5), agetty(8), the GRUB manual, machine-id(5).
/// </summary>
internal static class FitOut
{
    /// <summary>Where GRUB's first sector and core are left for the disk, below the root.</summary>
    public const string GrubFolder = "boot/grub/i386-pc";

    // By any adapter, IPv4 and IPv6.
    private const string Text = """
        set -eu
        . /etc/os-release
        HOST=${HOST:-$ID}
        echo "$HOST" > /etc/hostname
        printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost ip6-loopback\n' "$HOST" > /etc/hosts
        mkdir -p /boot/efi /boot/grub /etc/repart.d /etc/systemd/network /etc/default
        printf 'UUID=%s / ext4 errors=remount-ro,x-systemd.growfs 0 1\nUUID=%s /boot/efi vfat umask=0077,nofail 0 2\n' "$ROOT" "$ESP" > /etc/fstab
        printf '[Partition]\nType=root\n' > /etc/repart.d/50-root.conf
        printf '[Match]\nType=ether\n\n[Network]\nDHCP=yes\n\n[DHCPv4]\nUseDomains=yes\n' > /etc/systemd/network/80-dhcp.network
        systemctl -q enable systemd-networkd.service "serial-getty@$CONSOLE.service"
        if [ -e /lib/systemd/system/systemd-resolved.service ]; then
            systemctl -q enable systemd-resolved.service
            ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
        fi
        systemctl -q set-default multi-user.target

        # Nobody becomes root by a password. Whoever has the machine's consoles has the machine, and needs none.
        passwd -q -l root
        for unit in "serial-getty@$CONSOLE" getty@tty1; do
            mkdir -p "/etc/systemd/system/$unit.service.d"
            printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --noclear --keep-baud 115200,57600,38400,9600 - $TERM\n' > "/etc/systemd/system/$unit.service.d/autologin.conf"
        done

        # Keys that are missing are made whenever sshd starts.
        if [ -e /lib/systemd/system/ssh.service ]; then
            printf '[Unit]\nDescription=SSH host keys of this machine\nBefore=ssh.service\n\n[Service]\nType=oneshot\nExecStart=/usr/bin/ssh-keygen -A\n\n[Install]\nRequiredBy=ssh.service\n' > /etc/systemd/system/ssh-host-keys.service
            systemctl -q enable ssh-host-keys.service
        fi

        # Left to itself cloud-init sets the locale en_US.UTF-8, and fails where that was generated nowhere, as here.
        if [ -d /etc/cloud/cloud.cfg.d ]; then
            printf 'locale: C.UTF-8\n' > /etc/cloud/cloud.cfg.d/90_virt.cfg
        fi

        # update-grub in the guest, which a new kernel calls, makes its own of these. On the host it could not see the disk.
        OPTIONS="console=tty0 console=$CONSOLE$MORE"
        printf 'GRUB_DEFAULT=0\nGRUB_TIMEOUT=1\nGRUB_DISTRIBUTOR=%s\nGRUB_CMDLINE_LINUX_DEFAULT=""\nGRUB_CMDLINE_LINUX="%s"\n' "$ID" "$OPTIONS" > /etc/default/grub
        release=$(ls /boot | sed -n 's/^vmlinuz-//p' | sort -V | tail -n 1)
        [ -n "$release" ] || { echo 'E: no kernel is among the packages' >&2; exit 1; }
        printf 'set default=0\nset timeout=1\nmenuentry "%s" {\n    search --no-floppy --fs-uuid --set=root %s\n    linux /boot/vmlinuz-%s root=UUID=%s ro %s\n    initrd /boot/initrd.img-%s\n}\n' "$PRETTY_NAME" "$ROOT" "$release" "$ROOT" "$OPTIONS" "$release" > /boot/grub/grub.cfg
        early="search.fs_uuid $ROOT root
        set prefix=(\$root)/boot/grub"
        if [ -d /usr/lib/grub/i386-pc ]; then
            mkdir -p /boot/grub/i386-pc
            cp /usr/lib/grub/i386-pc/*.mod /usr/lib/grub/i386-pc/*.lst /usr/lib/grub/i386-pc/boot.img /boot/grub/i386-pc/
            echo "$early" > /boot/grub/i386-pc/load.cfg
            grub-mkimage -O i386-pc -o /boot/grub/i386-pc/core.img -p /boot/grub -c /boot/grub/i386-pc/load.cfg biosdisk part_gpt ext2 search_fs_uuid
        fi

        # What UEFI starts, also with secure boot: the shim of the distribution, and its GRUB, which looks for its settings under the distribution's name.
        for vendor in BOOT "$ID"; do
            mkdir -p "/boot/efi/EFI/$vendor"
            cp /usr/lib/grub/*-efi-signed/grub"$EFI".efi.signed "/boot/efi/EFI/$vendor/grub$EFI.efi"
        done
        printf '%s\nconfigfile $prefix/grub.cfg\n' "$early" > "/boot/efi/EFI/$ID/grub.cfg"
        cp "/usr/lib/shim/shim$EFI.efi.signed" "/boot/efi/EFI/BOOT/BOOT$(echo "$EFI" | tr a-z A-Z).EFI"
        cp "/usr/lib/shim/shim$EFI.efi.signed" "/boot/efi/EFI/$ID/shim$EFI.efi"

        # Each machine finds an identity of its own; an empty file, because a missing one would make it a first boot with presets.
        : > /etc/machine-id
        rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed /etc/ssh/ssh_host_*
        touch /etc/.updated /var/.updated
        """;

    // What boots, what loads drivers, what the host speaks with, the network, and the clock. A kernel for machines where the distribution has one, which Debian and Ubuntu name otherwise.
    private static readonly string[] Base =
    [
        "systemd-sysv", "udev", "dbus", "kmod", "initramfs-tools", "qemu-guest-agent", "iproute2", "iputils-ping", "netbase", "ca-certificates", "e2fsprogs", "grub2-common", "shim-signed",
        "?exact-name(systemd-resolved)", "?exact-name(systemd-timesyncd)", "?exact-name(systemd-repart)",
    ];

    /// <summary>The packages that a machine needs beside the essential ones.</summary>
    /// <param name="isArm">For arm64; else x64.</param>
    /// <param name="wanted">The user's own: a kernel among them is the only one.</param>
    public static IReadOnlyList<string> Packages(bool isArm, IReadOnlyList<string> wanted) =>
    [
        .. Base,
        .. isArm ? new[] { "grub-efi-arm64-signed" } : ["grub-pc-bin", "grub-efi-amd64-signed"],
        .. wanted.Any(static package => package.StartsWith("linux-image", StringComparison.Ordinal)) ? [] : new[] { $"?or(?exact-name(linux-image-cloud-{(isArm ? "arm64" : "amd64")}),?exact-name(linux-image-virtual))" },
    ];

    /// <summary>The script for <c>/bin/sh -s</c> in the new root.</summary>
    /// <param name="disk">Whose ids stand in it.</param>
    /// <param name="hostName">What machines are called at first; empty: as the distribution.</param>
    public static string Script(SystemDisk disk, string hostName) =>
        // no_timer_check: on a busy host an emulated guest's timer comes too late for the kernel's own check of it (docs/images.md).
        $"HOST='{hostName}' ROOT={disk.RootId:D} ESP={disk.EspId[..4]}-{disk.EspId[4..]} CONSOLE={(disk.IsArm ? "ttyAMA0" : "ttyS0")} EFI={(disk.IsArm ? "aa64" : "x64")} MORE='{(disk.IsArm ? "" : " no_timer_check")}'\n{Text}";
}
