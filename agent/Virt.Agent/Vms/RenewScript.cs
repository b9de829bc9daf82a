using System;
using System.Text;
using Virt.Agent.Vms.Warm;

namespace Virt.Agent.Vms;

/// <summary>
/// What makes another guest of one whose disk is a copy: its machine id, and unless cloud-init does that, its host name and its SSH host keys. POSIX sh, and what coreutils and busybox have alike. The machine id comes
/// last: where it is there, all is done, however often the script runs. Sources: machine-id(5), sshd(8), ssh-keygen(1).
/// </summary>
internal static class RenewScript
{
    // No key is away before the next one is whole. What ssh-keygen makes no more, sshd uses no more.
    private const string Keys = """
        set +f
        for key in /etc/ssh/ssh_host_*_key; do
            [ -e "$key" ] || continue
            kind=${key#/etc/ssh/ssh_host_}
            kind=${kind%_key}
            rm -f "$key.virt" "$key.virt.pub" || exit 14
            if ssh-keygen -q -t "$kind" -N '' -C "root@$name" -f "$key.virt" < /dev/null > /dev/null; then
                mv -f "$key.virt.pub" "$key.pub" && mv -f "$key.virt" "$key" || exit 14
                rm -f "$key-cert.pub"
            elif [ "$kind" = dsa ]; then
                rm -f "$key" "$key.pub"
            else
                echo "its SSH host key of $kind could not be made" >&2
                exit 14
            fi
        done
        ! command -v restorecon > /dev/null || restorecon /etc/ssh/ssh_host_* 2> /dev/null
        if [ -r /run/sshd.pid ]; then read -r pid < /run/sshd.pid; kill -HUP "$pid"; fi
        set -f
        sync

        """;

    /// <summary>The script, for <c>/bin/sh -c</c>.</summary>
    /// <param name="hostName">What the guest is to be called; null: cloud-init names it, and makes its keys.</param>
    /// <param name="machineId">Its machine id, 32 hexadecimal digits.</param>
    public static string For(string? hostName, string machineId)
    {
        var text = new StringBuilder();
        text.Append("set -f\nid=").Append(machineId).Append("\nnow=\n[ ! -r /etc/machine-id ] || read -r now < /etc/machine-id\n[ \"$now\" != \"$id\" ] || exit 0\n");
        if (hostName is not null)
        {
            text.Append(FormattableString.Invariant($"name='{hostName}'\n")).Append(WarmScripts.Names).Append(Keys);
        }

        return text.Append(WarmScripts.MachineId).Append("sync\n").ToString();
    }
}
