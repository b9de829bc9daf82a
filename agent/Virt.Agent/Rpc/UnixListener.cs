using System.IO;
using System.Net.Sockets;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Rpc;

/// <summary>Opens a Unix socket for a group to connect to.</summary>
internal static class UnixListener
{
    /// <summary>Opens it with mode 0660. What a dead agent has left at the path is replaced.</summary>
    /// <exception cref="VirtException">Conflict: an agent listens there.</exception>
    public static Socket Open(string path, string group)
    {
        if (File.Exists(path))
        {
            RefuseIfAlive(path);
            File.Delete(path);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            socket.Bind(new UnixDomainSocketEndPoint(path));

            // Before it listens nobody can connect, so that there is no moment with too many rights.
            var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            if (GroupNames.Find(group) is { } gid)
            {
                FileOwner.SetGroup(path, gid);
                mode |= UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
            }
            else
            {
                AgentLog.Info($"There is no group '{group}': only root can use '{path}'");
            }

            File.SetUnixFileMode(path, mode);
            socket.Listen(1024);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void RefuseIfAlive(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            return;
        }

        throw new VirtException(ErrorCode.Conflict, "EndpointInUse", $"Cannot listen at '{path}': another agent does.", path, $"Stop it, or choose another --listen.");
    }
}
