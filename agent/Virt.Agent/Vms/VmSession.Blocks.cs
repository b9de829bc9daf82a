using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>
/// The layers of a running machine's disks. QEMU knows its files by descriptors in sets; each set is noted with its node and path, so that a node is found by
/// its file whatever has happened since QEMU's start. Source: QEMU's QMP reference manual, Block devices.
/// </summary>
internal sealed partial class VmSession
{
    /// <summary>The node that one of the guest's disks is at present.</summary>
    /// <param name="name">Its device.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<string> ReadDiskAsync(string name, CancellationToken cancellation) =>
        (await ReadDeviceAsync(name, cancellation).ConfigureAwait(false)).GetProperty("inserted").GetProperty("node-name").GetString()!;

    private async Task<JsonElement> ReadDeviceAsync(string name, CancellationToken cancellation)
    {
        var devices = await qmp.ExecuteAsync("query-block", null, cancellation).ConfigureAwait(false);
        foreach (var device in devices.EnumerateArray())
        {
            if (device.TryGetProperty("qdev", out var path) && path.GetString()!.Split('/').Contains(name))
            {
                return device;
            }
        }

        throw new QmpException("query-block", "GenericError", $"there is no '{name}'");
    }

    /// <summary>The node of each file, and the descriptor set that it is in.</summary>
    public async Task<IReadOnlyDictionary<string, (string Node, long Set)>> ReadNodesAsync(CancellationToken cancellation)
    {
        var nodes = new Dictionary<string, (string Node, long Set)>(StringComparer.Ordinal);
        foreach (var (node, path, set) in await ReadNotesAsync(cancellation).ConfigureAwait(false))
        {
            nodes[path] = (node, set);
        }

        return nodes;
    }

    // What GiveFileAsync and QEMU's command line have noted at each set.
    private async Task<IReadOnlyList<(string Node, string Path, long Set)>> ReadNotesAsync(CancellationToken cancellation)
    {
        var notes = new List<(string Node, string Path, long Set)>();
        var sets = await qmp.ExecuteAsync("query-fdsets", null, cancellation).ConfigureAwait(false);
        foreach (var set in sets.EnumerateArray())
        {
            var note = set.GetProperty("fds").EnumerateArray().Select(static fd => fd.TryGetProperty("opaque", out var opaque) ? opaque.GetString() : null).FirstOrDefault();
            if (note?.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end)
            {
                notes.Add((note[..end], note[(end + 1)..], set.GetProperty("fdset-id").GetInt64()));
            }
        }

        return notes;
    }

    // The set that it is in.
    private async Task<long> GiveFileAsync(string node, string path, SafeHandle file, CancellationToken cancellation)
    {
        var added = await qmp.ExecuteAsync("add-fd", json => Text(json, ("opaque", node + " " + path)), file, cancellation).ConfigureAwait(false);
        return added.GetProperty("fdset-id").GetInt64();
    }

    /// <summary>True where a disk of the guest's is that file at present.</summary>
    public async Task<bool> IsDiskAsync(string name, string path, CancellationToken cancellation)
    {
        var disk = await ReadDiskAsync(name, cancellation).ConfigureAwait(false);
        return (await ReadNodesAsync(cancellation).ConfigureAwait(false)).TryGetValue(path, out var layer) && layer.Node == disk;
    }

    /// <summary>Makes a new, empty layer ready, which nothing stands on yet and which has nothing below.</summary>
    /// <param name="node">Its node's name.</param>
    /// <param name="path">Its file.</param>
    /// <param name="file">The file, opened for reading and writing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task AddLayerAsync(string node, string path, SafeHandle file, CancellationToken cancellation)
    {
        var set = await GiveFileAsync(node, path, file, cancellation).ConfigureAwait(false);
        await qmp.ExecuteAsync(
            "blockdev-add",
            json =>
            {
                Text(json, ("driver", "qcow2"), ("node-name", node), ("discard", "unmap"));
                json.WriteNull("backing");
                json.WriteStartObject("file");
                Text(json, ("driver", "file"), ("filename", FormattableString.Invariant($"/dev/fdset/{set}")));
                json.WriteEndObject();
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>From now on the guest writes to the new layers: to all of them, or where one cannot be put on top, to none.</summary>
    /// <param name="layers">What each disk is at present, and the layer that it gets.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task PutOnTopAsync(IReadOnlyList<(string Disk, string Overlay)> layers, CancellationToken cancellation) => qmp.ExecuteAsync(
        "transaction",
        json =>
        {
            json.WriteStartArray("actions");
            foreach (var (disk, overlay) in layers)
            {
                json.WriteStartObject();
                json.WriteString("type", "blockdev-snapshot");
                json.WriteStartObject("data");
                Text(json, ("node", disk), ("overlay", overlay));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        },
        cancellation);

    /// <summary>Closes a layer that nothing stands on; one that is closed already is fine.</summary>
    /// <returns>False where it is in use.</returns>
    public async Task<bool> TryRemoveLayerAsync(string path, CancellationToken cancellation)
    {
        var nodes = await ReadNodesAsync(cancellation).ConfigureAwait(false);
        if (!nodes.TryGetValue(path, out var layer))
        {
            return true;
        }

        try
        {
            await qmp.ExecuteAsync("blockdev-del", json => Text(json, ("node-name", layer.Node)), cancellation).ConfigureAwait(false);
        }
        catch (QmpException e) when (!e.Description.StartsWith("Failed to find node", StringComparison.Ordinal))
        {
            return false;
        }
        catch (QmpException)
        {
            // The set was left without its node.
        }

        await IgnoringAsync(qmp.ExecuteAsync("remove-fd", json => json.WriteNumber("fdset-id", layer.Set), cancellation)).ConfigureAwait(false);
        return true;
    }

    /// <summary>Makes one of the guest's disks as large as that; the guest is told.</summary>
    /// <exception cref="QmpException">Its file cannot be.</exception>
    public async Task ResizeDiskAsync(string name, long sizeBytes, CancellationToken cancellation)
    {
        var disk = await ReadDiskAsync(name, cancellation).ConfigureAwait(false);
        await qmp.ExecuteAsync(
            "block_resize",
            json =>
            {
                Text(json, ("node-name", disk));
                json.WriteNumber("size", sizeBytes);
            },
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Lets the guest's CPUs stand still.</summary>
    public Task HoldAsync(CancellationToken cancellation) => qmp.ExecuteAsync("stop", null, cancellation);
}
