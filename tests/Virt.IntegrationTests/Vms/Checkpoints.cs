using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What the tests say to the checkpoints of a host's machines, in one line each.</summary>
internal static class Checkpoints
{
    public static VMCheckpoint Checkpoint(this TestHost host, string machine, string name, bool includeMemory = true) =>
        host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = machine, CheckpointName = name, IncludeMemory = includeMemory });

    public static VMCheckpoint Checkpoint(this TestHost host, string machine, string name, VMCheckpointType type) =>
        host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = machine, CheckpointName = name, CheckpointType = type });

    public static VM Restore(this TestHost host, string machine, string name) =>
        host.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { VMName = machine, Name = name });

    public static VM Suspend(this TestHost host, string machine) => host.Invoke(Methods.SuspendVM, new SuspendVM { Name = machine });

    public static VM Resume(this TestHost host, string machine) => host.Invoke(Methods.ResumeVM, new ResumeVM { Name = machine });

    public static VM Save(this TestHost host, string machine) => host.Invoke(Methods.SaveVM, new SaveVM { Name = machine });

    public static VMCheckpoint RemoveCheckpoint(this TestHost host, string machine, string name) =>
        host.Invoke(Methods.RemoveVMCheckpoint, new RemoveVMCheckpoint { VMName = machine, Name = name });

    public static VMCheckpoint[] GetCheckpoints(this TestHost host, string machine) =>
        host.Invoke(Methods.GetVMCheckpoint, new GetVMCheckpoint { VMNames = [machine] }).Items;

    public static string CheckpointNames(this TestHost host, string machine) => string.Join(' ', host.GetCheckpoints(machine).Select(static c => c.Name));

    /// <summary>Writes a file of random bytes to the guest's disk, and gives its checksum.</summary>
    public static string WriteFile(this TestHost host, string machine, string name, int kilobytes = 2048) =>
        host.Run(machine, $"dd if=/dev/urandom of=/data/{name} bs=1k count={kilobytes} 2>/dev/null; sync; md5sum < /data/{name}");

    /// <summary>Reads the file again, from the disk.</summary>
    public static string ReadFile(this TestHost host, string machine, string name) =>
        host.Run(machine, $"sync; echo 3 > /proc/sys/vm/drop_caches; md5sum < /data/{name}");

    /// <summary>What stands in the folders of the machines' disks and states.</summary>
    public static string Files(this TestHost host) => string.Join('\n', Directory.EnumerateFiles(host.StateFolder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(host.StateFolder, f))
        .Where(static f => !f.StartsWith("virt.db", StringComparison.Ordinal) && f is not ("identity.pem" or "host-id" or "boot-id") && !f.EndsWith(".lease", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal));

    /// <summary>Fails where qemu-img finds anything wrong with a disk or with what is below it; the machine must be off.</summary>
    public static async Task CheckDiskAsync(this TestHost host, string path)
    {
        for (var next = path; next.Length > 0;)
        {
            Assert.Contains("No errors were found", await host.RunAsync("qemu-img", "check", next));
            next = (await host.RunAsync("sh", "-c", $"qemu-img info '{next}' | sed -n 's/^backing file: //p'")).Trim();
        }
    }
}
