using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>Devices that come and go while the guest runs. Source: QEMU's QMP reference manual, Block devices and Machines.</summary>
internal sealed partial class VmSession
{
    /// <summary>Gives QEMU a file as a node that nothing uses yet.</summary>
    /// <param name="node">The node; what it stands on must be there.</param>
    /// <param name="file">The file, opened as the node says.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task AddNodeAsync(DiskNode node, SafeHandle file, CancellationToken cancellation)
    {
        var set = await GiveFileAsync(node.Name, node.Path, file, cancellation).ConfigureAwait(false);
        await qmp.ExecuteAsync("blockdev-add", json => Write(json, node, set), cancellation).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, DiskNode node, long set)
    {
        Text(json, ("driver", node.Format), ("node-name", node.Name), ("discard", "unmap"));
        json.WriteBoolean("read-only", node.IsReadOnly);
        if (node.Below is { } below)
        {
            json.WriteString("backing", below);
        }

        json.WriteStartObject("file");
        Text(json, ("driver", "file"), ("filename", FormattableString.Invariant($"/dev/fdset/{set}")));
        if (node.IsLent)
        {
            json.WriteString("locking", "off");
        }

        json.WriteEndObject();
    }

    /// <summary>Closes nodes, the uppermost first; those that are not there are fine.</summary>
    /// <param name="name">The uppermost node's name; those below are called after it.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task RemoveNodesAsync(string name, CancellationToken cancellation)
    {
        var notes = await ReadNotesAsync(cancellation).ConfigureAwait(false);
        var own = notes.Where(note => note.Node == name || note.Node.StartsWith(name + "base", StringComparison.Ordinal));

        // What stands on others first: a file that the disk was moved to (Move-VMStorage), the drive's own, those below.
        foreach (var (node, _, set) in own.OrderByDescending(static note => note.Node.Contains('-', StringComparison.Ordinal)).ThenBy(static note => note.Node.Length).ThenBy(static note => note.Node, StringComparer.Ordinal))
        {
            await IgnoringAsync(qmp.ExecuteAsync("blockdev-del", json => Text(json, ("node-name", node)), cancellation)).ConfigureAwait(false);
            await IgnoringAsync(qmp.ExecuteAsync("remove-fd", json => json.WriteNumber("fdset-id", set), cancellation)).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a device of that name is there.</summary>
    public async Task<bool> HasDeviceAsync(string name, CancellationToken cancellation)
    {
        var devices = await qmp.ExecuteAsync("qom-list", static json => Text(json, ("path", "/machine/peripheral")), cancellation).ConfigureAwait(false);
        return devices.EnumerateArray().Any(device => device.GetProperty("name").GetString() == name);
    }

    /// <summary>Plugs a device in.</summary>
    /// <param name="properties">The device, its driver first.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task PlugAsync(IReadOnlyList<(string Name, object Value)> properties, CancellationToken cancellation) => qmp.ExecuteAsync(
        "device_add",
        json =>
        {
            foreach (var (name, value) in properties)
            {
                if (value is int number)
                {
                    json.WriteNumber(name, number);
                }
                else
                {
                    json.WriteString(name, (string)value);
                }
            }
        },
        cancellation);

    /// <summary>Asks the guest to let go of a device, and waits until it has.</summary>
    /// <returns>False: it has not in time. It may yet.</returns>
    public async Task<bool> UnplugAsync(string name, TimeSpan timeout, CancellationToken cancellation)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Told += OnDeleted;
        try
        {
            try
            {
                await qmp.ExecuteAsync("device_del", json => Text(json, ("id", name)), cancellation).ConfigureAwait(false);
            }
            catch (QmpException e) when (e.Description.Contains("in the process of unplug", StringComparison.Ordinal))
            {
                // It was asked to before.
            }

            await gone.Task.WaitAsync(timeout, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return !await HasDeviceAsync(name, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Told -= OnDeleted;
        }

        void OnDeleted(QmpEvent e)
        {
            if (e.Name == "DEVICE_DELETED" && e.Text("device") == name)
            {
                gone.TrySetResult();
            }
        }
    }

    /// <summary>Takes the image out of a DVD drive, whether the guest has locked its door or not. An empty one is fine.</summary>
    public async Task EjectAsync(string name, CancellationToken cancellation)
    {
        await qmp.ExecuteAsync(
            "blockdev-open-tray",
            json =>
            {
                Text(json, ("id", name));
                json.WriteBoolean("force", true);
            },
            cancellation).ConfigureAwait(false);
        await qmp.ExecuteAsync("blockdev-remove-medium", json => Text(json, ("id", name)), cancellation).ConfigureAwait(false);
        await RemoveNodesAsync(name, cancellation).ConfigureAwait(false);
    }

    /// <summary>Puts an image into a DVD drive whose door is open, and shuts it.</summary>
    /// <param name="name">The drive's name, and its node's.</param>
    /// <param name="hasMedium">The node is there.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task InsertAsync(string name, bool hasMedium, CancellationToken cancellation)
    {
        if (hasMedium)
        {
            await qmp.ExecuteAsync("blockdev-insert-medium", json => Text(json, ("id", name), ("node-name", name)), cancellation).ConfigureAwait(false);
        }

        await qmp.ExecuteAsync("blockdev-close-tray", json => Text(json, ("id", name)), cancellation).ConfigureAwait(false);
    }

    /// <summary>Limits what a drive reads and writes; 0: no limit.</summary>
    public async Task LimitAsync(string name, long iops, long bytesPerSecond, CancellationToken cancellation)
    {
        // Of a virtio device the drive is a part, which has no name.
        var device = (await ReadDeviceAsync(name, cancellation).ConfigureAwait(false)).GetProperty("qdev").GetString()!;
        await qmp.ExecuteAsync(
            "block_set_io_throttle",
            json =>
            {
                Text(json, ("id", device));
                json.WriteNumber("iops", iops);
                json.WriteNumber("iops_rd", 0);
                json.WriteNumber("iops_wr", 0);
                json.WriteNumber("bps", bytesPerSecond);
                json.WriteNumber("bps_rd", 0);
                json.WriteNumber("bps_wr", 0);
            },
            cancellation).ConfigureAwait(false);
    }
}
