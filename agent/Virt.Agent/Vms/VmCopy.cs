using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Virt.Agent.Common;
using Virt.Agent.Vms.Seeds;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>From what a machine is to what its copies are to be: pure.</summary>
internal static class VmCopy
{
    private const int Most = 1000;

    /// <summary>The copies' names, in order.</summary>
    /// <param name="source">The machine's name.</param>
    /// <param name="wanted">What was asked for: see <see cref="CopyVM.NewName"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="isTaken">Says whether there is a machine of that name. A number that is taken is passed over; a name without a number is not.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static IReadOnlyList<string> NamesOf(string source, string wanted, int count, Func<string, bool> isTaken)
    {
        if (count is < 1 or > Most)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidCount", $"Cannot copy VM '{source}': {count} copies were asked for; 1 to {Most} are allowed at once.", source, $"Copy-VM {source} -Count 10");
        }

        var pattern = wanted.Length == 0 ? source + "-#" : count > 1 && !wanted.Contains('#', StringComparison.Ordinal) ? wanted + "-#" : wanted;
        var begin = pattern.IndexOf('#', StringComparison.Ordinal);
        if (begin < 0)
        {
            ResourceName.Check("copy", "VM", pattern, of: source);
            return [pattern];
        }

        var end = pattern.LastIndexOf('#') + 1;
        if (pattern[begin..end].Any(static c => c != '#'))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidName", $"Cannot copy VM '{source}': '{pattern}' has '#' in two places; one run of '#' stands for the number.", pattern, $"Copy-VM {source} {source}-## -Count 10");
        }

        var names = new List<string>();
        var digits = new string('0', end - begin);
        for (var number = 1; names.Count < count; number++)
        {
            var name = pattern[..begin] + number.ToString(digits, CultureInfo.InvariantCulture) + pattern[end..];
            ResourceName.Check("copy", "VM", name, of: source);
            if (!isTaken(name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <exception cref="VirtException">InvalidArgument: what only one machine can have.</exception>
    public static void Check(string source, CopyVM request)
    {
        var (id, what) = request switch
        {
            { Count: > 1, Publish.Length: > 0 } => ("InvalidPublish", "a port of the host can lead to one of its copies alone"),
            { Count: > 1, IPAddresses.Length: > 0 } => ("InvalidIPAddress", "an address can be that of one of its copies alone"),
            { KeepIdentity: true, IPAddresses.Length: > 0 } => ("InvalidIPAddress", "a copy that keeps its identity has its address"),
            _ => ("", ""),
        };
        if (id.Length > 0)
        {
            throw new VirtException(ErrorCode.InvalidArgument, id, $"Cannot copy VM '{source}': {what}.", source, $"Copy-VM {source}");
        }
    }

    /// <summary>The same machine, with nothing yet of what one alone can have: a disk, a place in a network.</summary>
    /// <param name="source">What the machine is.</param>
    /// <param name="id">The machine's id.</param>
    /// <param name="copy">The copy's id.</param>
    /// <param name="network">The copy's network, by its present name.</param>
    /// <param name="keepsIdentity">Its guest is to see what the machine's sees.</param>
    /// <param name="hostName">What a guest that is told what to call itself is to call itself; null: as the machine's does.</param>
    public static VmSpec SpecOf(VmSpec source, Guid id, Guid copy, string? network, bool keepsIdentity, string? hostName = null) => source.FromNextStart() with
    {
        SystemId = keepsIdentity ? source.SystemId ?? id : null,
        Seed = source.Seed is { } seed && hostName is not null && !keepsIdentity ? seed with { HostName = SeedCheck.HostNameOf(hostName) } : source.Seed,
        Disk = null,
        Network = network,
        MacAddress = network is null ? null : keepsIdentity && source.MacAddress is { } mac ? mac : MacAddress.Of(copy),
        Attachment = null,
        AdapterStep = VmPartStep.None,
        Drives = [.. source.Drives.Where(static drive => !drive.IsOwned).Select(static drive => drive with { Id = Guid.NewGuid() })],
        Adapters = [.. source.Adapters.Select(adapter => Renewed(adapter, keepsIdentity))],
        Epoch = 0,
        Move = null,
        StorageMove = null,
        Exports = [],
        Checkpoint = null,
    };

    private static VmAdapter Renewed(VmAdapter adapter, bool keepsIdentity)
    {
        var id = Guid.NewGuid();
        return adapter with { Id = id, MacAddress = keepsIdentity ? adapter.MacAddress : MacAddress.Of(id), Attachment = null, Step = VmPartStep.None };
    }

    /// <summary>What a copy stands on.</summary>
    public static IReadOnlyList<VmDiskLayer> Lend(IEnumerable<VmDiskLayer> layers) =>
        [.. layers.Select(static layer => new VmDiskLayer(layer.Path, layer.Format, IsLent: layer.IsOwn || layer.IsLent))];

    /// <summary>What the caller is to know of the copies; empty: nothing.</summary>
    public static string NoteOf(VmSpec source, CopyVM request, bool isSaved = false)
    {
        var ports = source.Attachment?.Ports is { Count: > 0 } published && request.Publish.Length == 0 ? $"The ports {string.Join(", ", published)} stay the original's; the copy publishes none." : "";
        return isSaved && request.CheckpointName.Length == 0 ? $"What is saved of its memory stays the original's; the copy starts from its disks, as after a loss of power. {ports}".TrimEnd() : ports;
    }
}
