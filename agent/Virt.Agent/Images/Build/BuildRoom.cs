using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;
using ToolResult = Virt.Agent.Common.ToolResult;

namespace Virt.Agent.Images.Build;

/// <summary>
/// Where programs of others make what an image is made of: a folder, and for those that start further processes and mount things, namespaces of their own. When such a program ends or is killed, all that it has started
/// is gone, and so are its mounts. The folder goes when the room is disposed of; when the agent ends before, <see cref="BuildRooms.RecoverAsync"/> clears it.
/// </summary>
public sealed class BuildRoom : IDisposable
{
    private readonly Keeper keeper;

    internal BuildRoom(Keeper keeper, Guid id, string folder)
    {
        this.keeper = keeper;
        Id = id;
        Folder = folder;
        Tools = new KeptToolRunner(keeper, id);
    }

    /// <summary>By which what works in it is known to the keeper: one program at a time.</summary>
    public Guid Id { get; }

    /// <summary>Its folder. Others may pass through (apt downloads as another user), but not look around.</summary>
    public string Folder { get; }

    /// <summary>Runs programs that start no others.</summary>
    public IToolRunner Tools { get; }

    /// <summary>Runs a program in namespaces of its own: process ids, so that none of its processes outlives it; mounts; System V IPC; the host's name. What it writes, to either stream, is <see cref="ToolResult.Error"/>.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments, without its name.</param>
    /// <param name="onOutput">Is told what it writes as it comes; null: nobody is.</param>
    /// <param name="cancellation">Kills it with all that it has started.</param>
    public async Task<ToolResult> RunAloneAsync(string program, IReadOnlyList<string> arguments, Action<ReadOnlyMemory<byte>>? onOutput, CancellationToken cancellation)
    {
        // unshare(1) makes every mount private; /proc is mounted anew for the new process ids. The first process is the keeper's init, at whose end the kernel ends all others before anybody is told of it (pid_namespaces(7)).
        var result = await keeper.RunToolAsync(
            new LaunchSpec
            {
                Id = Id,
                Init = true,
                Arguments = ["unshare", "--mount", "--mount-proc", "--", "/bin/sh", "-c", "exec \"$0\" \"$@\" 2>&1", program, .. arguments],
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ["LC_ALL"] = "C.UTF-8", ["TMPDIR"] = Folder, ["HOME"] = Folder, ["DEBIAN_FRONTEND"] = "noninteractive" },
                Capabilities = ulong.MaxValue,
                NoNewPrivileges = false,
                Namespaces = NamespaceKinds.Pid | NamespaceKinds.Ipc | NamespaceKinds.Uts,
            },
            onOutput,
            cancellation).ConfigureAwait(false);
        return new ToolResult(result.ExitCode, "", result.OutputText + result.ErrorText);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Folder))
        {
            FileTree.Delete(Folder);
        }
    }
}
