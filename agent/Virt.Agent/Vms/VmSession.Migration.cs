using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>How a guest goes from one QEMU to another: its memory as a stream, its disks by mirrors over NBD. Source: QEMU's QMP reference manual, Migration and Block jobs.</summary>
internal sealed partial class VmSession
{
    /// <summary>What the names of the nodes begin with that disks are mirrored to, and those of the jobs that do it; the disk's own name follows.</summary>
    public const string MirrorPrefix = "move-";

    /// <summary>QEMU's version, such as <c>7.2.22</c>.</summary>
    public string Version => qmp.Version;

    /// <summary>Gets every event of the monitor, on its reading task: it must neither wait nor throw.</summary>
    public Action<QmpEvent>? Told { get; set; }

    /// <summary>The versioned machine type, such as <c>pc-q35-7.2</c>.</summary>
    public async Task<string> ReadMachineTypeAsync(CancellationToken cancellation)
    {
        var type = await qmp.ExecuteAsync("qom-get", static json => Text(json, ("path", "/machine"), ("property", "type")), cancellation).ConfigureAwait(false);
        var text = type.GetString() ?? "";
        return text.EndsWith("-machine", StringComparison.Ordinal) ? text[..^"-machine".Length] : text;
    }

    /// <summary>Gives QEMU a descriptor under a name, for one of the commands below.</summary>
    public Task GiveAsync(string name, SafeHandle descriptor, CancellationToken cancellation) =>
        qmp.ExecuteAsync("getfd", json => Text(json, ("fdname", name)), descriptor, cancellation);

    /// <summary>Sets what the one that sends must know: tell events, and stop before the switch-over.</summary>
    public async Task PrepareToSendAsync(bool isPausing, CancellationToken cancellation)
    {
        await SetCapabilitiesAsync([("events", true), ("pause-before-switchover", isPausing)], cancellation).ConfigureAwait(false);

        // As fast as it goes: what must not suffer is for the host's own queues to decide. Its default is 128 MiB/s.
        await qmp.ExecuteAsync("migrate-set-parameters", static json => json.WriteNumber("max-bandwidth", 1L << 60), cancellation).ConfigureAwait(false);
    }

    /// <summary>How long the guest may stand still for the last of its memory, as far as QEMU can tell beforehand.</summary>
    public Task SetLastRoundAsync(TimeSpan limit, CancellationToken cancellation) =>
        qmp.ExecuteAsync("migrate-set-parameters", json => json.WriteNumber("downtime-limit", (long)limit.TotalMilliseconds), cancellation);

    /// <summary>Sets what the one that receives must know: tell events, and leave a shared disk alone until <c>cont</c>.</summary>
    /// <param name="isLate">False: the disks are nobody else's, and its own as soon as all is received.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task PrepareToReceiveAsync(bool isLate, CancellationToken cancellation) =>
        SetCapabilitiesAsync([("events", true), ("late-block-activate", isLate)], cancellation);

    /// <summary>Begins to send to the descriptor that was given.</summary>
    public Task SendAsync(string descriptor, CancellationToken cancellation) =>
        qmp.ExecuteAsync("migrate", json => Text(json, ("uri", "fd:" + descriptor)), cancellation);

    /// <summary>Begins to receive from the descriptor that was given.</summary>
    public Task ReceiveAsync(string descriptor, CancellationToken cancellation) =>
        qmp.ExecuteAsync("migrate-incoming", json => Text(json, ("uri", "fd:" + descriptor)), cancellation);

    /// <summary>Sends the last of it: the guest stands still, its disks are mirrored.</summary>
    public Task SwitchOverAsync(CancellationToken cancellation) =>
        qmp.ExecuteAsync("migrate-continue", static json => Text(json, ("state", "pre-switchover")), cancellation);

    /// <summary>How far it has come.</summary>
    public async Task<MigrationFigures> ReadMigrationAsync(CancellationToken cancellation) =>
        MigrationFigures.Read(await qmp.ExecuteAsync("query-migrate", null, cancellation).ConfigureAwait(false));

    /// <summary>Begins to copy a disk, and everything that is written to it meanwhile, to the NBD server behind the descriptor.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="descriptor">The descriptor that was given.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task MirrorAsync(VmOwnDisk disk, string descriptor, CancellationToken cancellation)
    {
        var name = MirrorPrefix + disk.Name;
        await qmp.ExecuteAsync(
            "blockdev-add",
            json =>
            {
                Text(json, ("driver", "raw"), ("node-name", name));
                json.WriteStartObject("file");
                Text(json, ("driver", "nbd"), ("export", disk.Name));
                json.WriteStartObject("server");
                Text(json, ("type", "fd"), ("str", descriptor));
                json.WriteEndObject();
                json.WriteEndObject();
            },
            cancellation).ConfigureAwait(false);

        // Where it had checkpoints the guest's disk is another node than at its start.
        var device = await ReadDiskAsync(disk.Device, cancellation).ConfigureAwait(false);

        // What it stands on has gone as files already.
        var sync = VmService.HasLayers(disk.Disk) ? "top" : "full";

        // A guest's writes go to both disks at the same time, so that one that writes for ever cannot keep the copy from getting ready.
        await qmp.ExecuteAsync(
            "blockdev-mirror",
            json => Text(json, ("job-id", name), ("device", device), ("target", name), ("sync", sync), ("copy-mode", "write-blocking")),
            cancellation).ConfigureAwait(false);
    }

    /// <summary>Bytes of the disks that are mirrored, and all of them; null where nothing is mirrored.</summary>
    public async Task<(long Done, long All)?> ReadMirrorsAsync(CancellationToken cancellation)
    {
        var jobs = (await ListMirrorsAsync(cancellation).ConfigureAwait(false)).ToList();
        return jobs.Count == 0 ? null : (jobs.Sum(static job => job.GetProperty("offset").GetInt64()), jobs.Sum(static job => job.GetProperty("len").GetInt64()));
    }

    /// <summary>Ends all mirrors: with the copies whole where they are ready and not forced; the guest keeps its own disks.</summary>
    public async Task EndMirrorsAsync(bool force, CancellationToken cancellation)
    {
        foreach (var job in await ListMirrorsAsync(cancellation).ConfigureAwait(false))
        {
            await qmp.ExecuteAsync(
                "block-job-cancel",
                json =>
                {
                    json.WriteString("device", job.GetProperty("device").GetString());
                    json.WriteBoolean("force", force);
                },
                cancellation).ConfigureAwait(false);
        }
    }

    private async Task<IEnumerable<JsonElement>> ListMirrorsAsync(CancellationToken cancellation) =>
        (await qmp.ExecuteAsync("query-block-jobs", null, cancellation).ConfigureAwait(false)).EnumerateArray()
        .Where(static job => job.GetProperty("device").GetString()!.StartsWith(MirrorPrefix, StringComparison.Ordinal));

    /// <summary>Closes the ways to the copies.</summary>
    /// <param name="disks">The disks' names.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task RemoveMirrorNodesAsync(IEnumerable<string> disks, CancellationToken cancellation)
    {
        foreach (var disk in disks)
        {
            await qmp.ExecuteAsync("blockdev-del", json => Text(json, ("node-name", MirrorPrefix + disk)), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Offers disks for writing to whoever connects to the listening socket that was given, once for each.</summary>
    /// <param name="descriptor">The socket.</param>
    /// <param name="disks">The disks' names.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task ServeDisksAsync(string descriptor, IReadOnlyCollection<string> disks, CancellationToken cancellation)
    {
        await qmp.ExecuteAsync(
            "nbd-server-start",
            json =>
            {
                json.WriteStartObject("addr");
                json.WriteString("type", "fd");
                json.WriteStartObject("data");
                json.WriteString("str", descriptor);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteNumber("max-connections", disks.Count);
            },
            cancellation).ConfigureAwait(false);
        foreach (var disk in disks)
        {
            await qmp.ExecuteAsync(
                "block-export-add",
                json =>
                {
                    Text(json, ("type", "nbd"), ("id", MirrorPrefix + disk), ("node-name", disk), ("name", disk));
                    json.WriteBoolean("writable", true);
                },
                cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Offers the disks no more.</summary>
    public Task EndServingDisksAsync(CancellationToken cancellation) => qmp.ExecuteAsync("nbd-server-stop", null, cancellation);

    private Task<JsonElement> SetCapabilitiesAsync((string Name, bool IsOn)[] capabilities, CancellationToken cancellation) => qmp.ExecuteAsync(
        "migrate-set-capabilities",
        json =>
        {
            json.WriteStartArray("capabilities");
            foreach (var (name, isOn) in capabilities)
            {
                json.WriteStartObject();
                json.WriteString("capability", name);
                json.WriteBoolean("state", isOn);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        },
        cancellation);

    private static void Text(Utf8JsonWriter json, params ReadOnlySpan<(string Name, string Value)> values)
    {
        foreach (var (name, value) in values)
        {
            json.WriteString(name, value);
        }
    }
}
