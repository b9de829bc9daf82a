using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <summary>
/// Disk images by themselves. A new file is made in a folder of its own beside its place and moved there when it is whole; what is changed in place is written down first. So
/// whatever ends the agent, the one after it finds the old state or the new one.
/// </summary>
public sealed partial class VhdService
{
    internal const string Kind = "vhd";
    private const long LeastSize = 1L << 20;
    private const long MostSize = 64L << 40;
    private const long Reserve = 64L << 20;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly Call Own = new(NoSink.Instance, "root", whatIf: false, CancellationToken.None);

    private readonly AgentPaths paths;
    private readonly ResourceTable table;
    private readonly Keeper keeper;
    private readonly QemuImg disks;
    private readonly IVhdUsers users;
    private readonly HostId self;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, bool> claims = new(StringComparer.Ordinal);

    /// <summary>Makes the service; <see cref="RecoverAsync"/> must follow before any request.</summary>
    /// <param name="paths">Where images are that belong to others.</param>
    /// <param name="table">What is being done.</param>
    /// <param name="keeper">Starts qemu-img.</param>
    /// <param name="users">The machines of this host.</param>
    /// <param name="self">Who this host is to others.</param>
    /// <param name="time">The clock.</param>
    public VhdService(AgentPaths paths, ResourceTable table, Keeper keeper, IVhdUsers users, HostId self, TimeProvider time)
    {
        this.paths = paths;
        this.table = table;
        this.keeper = keeper;
        this.users = users;
        this.self = self;
        this.time = time;
        disks = Tools(Guid.Empty, null);
    }

    private QemuImg Tools(Guid id, Action<ReadOnlyMemory<byte>>? onOutput) => new(new KeptToolRunner(keeper, id, onOutput), "qemu-img");

    // Nobody else works on these files, and the machines that have them stay as they are, until it is disposed. Those that only read what is only read are left alone.
    private async Task<IAsyncDisposable> HoldAsync(string verb, bool isReading, Call call, params string[] files)
    {
        var held = new Rollback();
        try
        {
            foreach (var file in files.Distinct(StringComparer.Ordinal))
            {
                if (!claims.TryAdd(file, true))
                {
                    throw VhdErrors.Busy(verb, file);
                }

                held.Add($"let go of '{file}'", () => claims.TryRemove(file, out _));
            }

            // Copies before what they stand on, as machines themselves do it, and by their ids: so two calls never wait for each other.
            var wanted = files.SelectMany(users.Find).Where(user => !isReading || user.Use != VhdUse.Base).OrderByDescending(static user => user.Use).ThenBy(static user => user.Id);
            foreach (var id in wanted.Select(static user => user.Id).Distinct().ToList())
            {
                var machine = await users.HoldAsync($"{verb} the disk of", id, call).ConfigureAwait(false);
                held.Add("let go of a VM", machine.Dispose);
            }

            return held;
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // What an image's own folder or an agent's has in it is not the user's to change.
    private void CheckMayChange(string verb, string path)
    {
        if (paths.Images.FirstOrDefault(folder => IsInside(path, folder)) is { } images)
        {
            throw new VirtException(ErrorCode.WrongState, "DiskOfImage", $"Cannot {verb} disk '{path}': it is part of an image of '{images}', and images never change.", path, $"New-VHD -Path '/var/lib/virt/disks/new.qcow2' -ParentPath '{path}' -Differencing");
        }

        CheckLease(verb, path);
    }

    private void CheckLease(string verb, string path)
    {
        try
        {
            if (DiskLeaseFile.Read(path) is { } lease && lease.HostId != self.Id)
            {
                throw VhdErrors.Leased(verb, path, lease);
            }
        }
        catch (DiskException e)
        {
            throw VhdErrors.From(verb, path, e);
        }
    }

    private static bool IsInside(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static void CheckOff(string verb, VhdImage image)
    {
        if (image.Users.FirstOrDefault(static user => !user.IsOff) is { } user)
        {
            throw VhdErrors.WrongState(verb, image.Path, user, "Stopped");
        }
    }

    // As much as is known to come, and a little so that the host can go on.
    private static void CheckRoom(string verb, string path, string folder, long bytes)
    {
        var free = DiskFull.FreeBytes(folder);
        if (free < bytes + Reserve)
        {
            throw VhdErrors.NoRoom(verb, path, folder, free, bytes + Reserve);
        }
    }

    private static long CheckSize(string verb, string path, long bytes) => bytes is >= LeastSize and <= MostSize
        ? (bytes + 511) / 512 * 512
        : throw VhdErrors.Invalid(verb, path, "InvalidDiskSize", $"its size is {ByteText.Of(bytes)}; {ByteText.Of(LeastSize)} to {ByteText.Of(MostSize)} are allowed", $"{(verb == "create" ? "New" : "Resize")}-VHD -Path '{path}' -SizeBytes 4GB");

    private ResourceRow NewRow(Guid id, VhdPhase phase, VhdSpec spec) => new()
    {
        Id = id,
        Kind = Kind,
        Name = id.ToString("D"),
        Phase = phase.ToString(),
        Spec = JsonSerializer.Serialize(spec, VhdJson.Default.VhdSpec),
        Created = time.GetUtcNow(),
    };

    // What was written is on the disk, and is found there after a crash of the machine.
    private static void Sync(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(handle);
    }

    private static void TrySyncFolder(string file)
    {
        try
        {
            FileHandles.SyncFolder(Path.GetDirectoryName(file)!);
        }
        catch (LinuxException e)
        {
            AgentLog.Error($"Could not bring the names of '{Path.GetDirectoryName(file)}' to the disk", e);
        }
    }
}
