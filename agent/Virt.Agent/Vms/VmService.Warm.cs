using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Agent.Images;
using Virt.Agent.Vms.Qga;
using Virt.Agent.Vms.Qmp;
using Virt.Agent.Vms.Seeds;
using Virt.Agent.Vms.Warm;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>
/// New-VM -Warm (docs/adr/0029): a machine whose guest goes on from the booted state of another one, and is made another one before anybody sees it. As long as it is not, its row says so, and an agent that finds that takes
/// it away.
/// </summary>
public sealed partial class VmService
{
    private static readonly TimeSpan RenewTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewPoll = TimeSpan.FromMilliseconds(8);

    /// <summary>The booted states that an agent before this one has not finished, with their disks.</summary>
    public IReadOnlyList<(Guid Id, string Disk)> UnfinishedWarmStates => warmStates.Unfinished;

    /// <summary>What an agent before this one has left of booted states half done. Must come after <see cref="EndSealsAsync"/>.</summary>
    public Task RecoverWarmStatesAsync() => warmStates.RecoverAsync(name => images.HasVm(name));

    /// <summary>For which machines an image has a booted state, and the bytes that all of them take.</summary>
    public (IReadOnlyList<string> Shapes, long Bytes) WarmStatesOf(string image)
    {
        var states = warmStates.All.Where(state => IsOf(state, image)).ToList();
        return ([.. states.Where(static state => WarmStore.WhatIsWrong(state) is null).Select(static state => state.Shape.Text)], states.Sum(WarmStore.BytesOf));
    }

    /// <summary>Removes the booted states of an image.</summary>
    /// <exception cref="VirtException">WrongState: disks of machines stand on one of them.</exception>
    public async Task RemoveWarmStatesAsync(string image, bool whatIf)
    {
        var users = warmStates.All.Where(state => IsOf(state, image)).SelectMany(state => UsersOf(state.Folder, static _ => false)).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (users.Count > 0)
        {
            throw new VirtException(ErrorCode.WrongState, "WarmStateInUse", $"Cannot remove the booted states of VM image '{image}': the disks of {VmErrors.Names(users)} stand on them.", image, $"Remove-VM {users[0]} -DeleteDisk");
        }

        if (!whatIf)
        {
            await warmStates.RemoveAsync(state => IsOf(state, image)).ConfigureAwait(false);
        }
    }

    private static bool IsOf(WarmState state, string image) => state.Shape.Image.Equals(image, StringComparison.OrdinalIgnoreCase);

    // All that decides whether a state fits a machine: it is asked each time, for the image, QEMU and this agent may have become others.
    private WarmShape ShapeOf(StoredImage<VmImageManifest> image, VmSpec spec)
    {
        var manifest = image.Manifest;
        var host = HostOf(spec);
        var files = new[] { ImageCatalog.ManifestName, manifest.Boot?.Kernel, manifest.Boot?.PvhKernel, manifest.Boot?.Initrd, manifest.Disk, manifest.Nvram }.OfType<string>().Select(image.PathOf);
        var programs = new[] { Programs.Find(QemuVersion.ProgramOf(host.Architecture)), host.Firmware.CodeOf(isSecure: false), host.Firmware.Qboot }.OfType<string>();
        var plan = QemuArguments.Build(Guid.Empty, WarmScripts.TemplateName, TemplateOf(spec, "/disk") with { MacAddress = spec.Network is null ? null : MacAddress.Of(Guid.Empty) }, new VmFolder("/state", "/run"), BootOf(image, WarmScripts.TemplateName), host);
        return new WarmShape(image.Name, Stamp(files.Select(StampOf)), Stamp(programs.Select(StampOf)), Stamp(plan.Arguments), spec.Disk?.SizeBytes ?? 0, spec.MemoryBytes, spec.ProcessorCount, spec.Generation, spec.Network is not null);

        static string StampOf(string path) => new FileInfo(path) is var file ? FormattableString.Invariant($"{path} {file.Length} {file.LastWriteTimeUtc.Ticks}") : "";
        static string Stamp(IEnumerable<string> parts) => StableHash.Of(string.Join('\n', parts)).ToString("x16", CultureInfo.InvariantCulture);
    }

    private static QemuBoot? BootOf(StoredImage<VmImageManifest> image, string name) => image.Manifest.Boot is not { } kernel ? null : new QemuBoot(
        image.PathOf(kernel.Kernel),
        kernel.PvhKernel is null ? null : image.PathOf(kernel.PvhKernel),
        kernel.Initrd is null ? null : image.PathOf(kernel.Initrd),
        kernel.CommandLine.Replace("{name}", name, StringComparison.Ordinal));

    // The machine, as one that nobody can reach.
    private static VmSpec TemplateOf(VmSpec spec, string disk) => spec with
    {
        Disk = spec.Disk is null ? null : spec.Disk with { Path = disk },
        Network = spec.Network is null ? null : NewVMCheck.IsolatedNetwork,
        Attachment = null,
        Notes = "",
        Health = null,
        CheckpointPlan = null,
        After = [],
        Seed = spec.Seed is null ? null : new VmSeed { HostName = WarmScripts.TemplateName },
    };

    // One at a time makes what several wait for.
    private async Task<WarmState> FindOrMakeWarmAsync(string name, StoredImage<VmImageManifest> image, VmSpec spec, Call call)
    {
        var shape = ShapeOf(image, spec);
        var key = new byte[16];
        BitConverter.TryWriteBytes(key, StableHash.Of(shape.Image.ToUpperInvariant()));
        using var held = await locks.EnterAsync(new Guid(key), call.Cancellation).ConfigureAwait(false);
        if (warmStates.Find(shape) is { } found)
        {
            return found;
        }

        // What is damaged, and what an image or a QEMU before this one has left.
        await warmStates.RemoveAsync(state => shape.Replaces(state.Shape) || (state.Shape == shape && WarmStore.WhatIsWrong(state) is not null)).ConfigureAwait(false);
        return await MakeWarmAsync(name, image, spec, shape, call).ConfigureAwait(false);
    }

    private VmSpec OnWarm(NewVM request, VmSpec spec, WarmState warm) => spec.Disk is not { } disk ? spec : spec with
    {
        Disk = disk with
        {
            // Another machine may have taken the name while the state was made.
            Path = request.NewVHDPath is null ? FreePath(request.Name) : disk.Path,
            Backing = [new VmDiskLayer(warm.Disk, "qcow2"), .. disk.Backing],
        },
    };

    private static void CheckWarmIsThere(string name, WarmState? warm)
    {
        if (warm is not null && WarmStore.WhatIsWrong(warm) is { } wrong)
        {
            throw Spoiled(name, warm, wrong, null);
        }
    }

    private async Task StartWarmAsync(VmEntry entry, WarmState warm, string hostName, Call call)
    {
        await FaultPoint.ReachAsync(WarmFaults.Made, call.Cancellation).ConfigureAwait(false);
        call.Report($"Creating VM '{entry.Name}'", "going on from the booted state of its image");
        await LaunchAsync(entry, PlanStart(entry, new QemuIncoming(warm.MachineType)), call.Cancellation, LoadAsync, RenewAsync).ConfigureAwait(false);
        entry.Session!.IsLeftAlone = false;
        entry.Session.RefreshBeside();

        async Task LoadAsync(VmSession session)
        {
            session.IsLeftAlone = true;
            await FaultPoint.ReachAsync(WarmFaults.Loading, call.Cancellation).ConfigureAwait(false);
            try
            {
                await ReadStateAsync(session, warm.Memory, null).ConfigureAwait(false);
            }
            catch (Exception e) when (e is QmpException or QmpClosedException or IOException)
            {
                var last = LastErrorLine(entry);
                await warmStates.SpoilAsync(warm).ConfigureAwait(false);
                throw Spoiled(entry.Name, warm, last.Length > 0 ? VmErrors.Sentence(last) : VmErrors.Sentence(e.Message), e);
            }
        }

        Task RenewAsync(VmProcess process, VmSession session) => RenewGuestAsync(entry, process, session, warm, hostName, call);
    }

    // The machine's memory and disk are as they were; nothing of it is left but what its image has.
    private async Task RenewGuestAsync(VmEntry entry, VmProcess process, VmSession session, WarmState warm, string hostName, Call call)
    {
        await FaultPoint.ReachAsync(WarmFaults.Running, call.Cancellation).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(RenewTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        var renewing = BecomeAnotherAsync(entry, session, warm, hostName, either.Token);
        try
        {
            if (await Task.WhenAny(renewing, process.Ended).ConfigureAwait(false) != renewing)
            {
                await either.CancelAsync().ConfigureAwait(false);
                await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw await EndedAsync(entry, process, CancellationToken.None).ConfigureAwait(false);
            }

            await renewing.ConfigureAwait(false);
            await FaultPoint.ReachAsync(WarmFaults.Renewed, call.Cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw Unrenewed(ErrorCode.Timeout, entry.Name, warm, FormattableString.Invariant($"its guest has not become another one within {RenewTimeout.TotalSeconds:0} s"), e);
        }
        catch (QgaException e)
        {
            throw Refused("create", entry.Name, ShellPath, e);
        }
        catch (Exception e) when (e is TimeoutException or IOException or QmpClosedException or QmpException)
        {
            throw Unrenewed(ErrorCode.Unavailable, entry.Name, warm, $"its guest agent does not answer ({VmErrors.Sentence(e.Message)})", e);
        }
    }

    private async Task BecomeAnotherAsync(VmEntry entry, VmSession session, WarmState warm, string hostName, CancellationToken cancellation)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await AwaitGuestAgentPortAsync(entry, session, cancellation).ConfigureAwait(false);

        // Its link is down, as it was when its state was kept. It is there once QEMU says that the guest has the machine's address, which its script gives it last of all.
        var linked = entry.Spec.MacAddress is { } address ? LinkAsync(session, address, leaving.Token) : Task.CompletedTask;
        try
        {
            var script = WarmScripts.Renew(warm.Guest, hostName, entry.Id.ToString("N"), entry.Spec.MacAddress, time.GetUtcNow());
            var result = await session.GuestAgent.RunAsync([ShellPath, "-c", script], new Dictionary<string, string>(), RandomNumberGenerator.GetBytes(WarmScripts.SeedBytes), cancellation, RenewPoll).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw Unrenewed(ErrorCode.Unavailable, entry.Name, warm, $"its guest could not become another one ({WhatItSaid(result)})", null);
            }

            await linked.ConfigureAwait(false);
        }
        catch
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await linked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static async Task LinkAsync(VmSession session, string address, CancellationToken cancellation)
    {
        await session.AwaitMacAddressAsync(AdapterDevice.First, address, cancellation).ConfigureAwait(false);
        await session.SetLinkAsync(AdapterDevice.First, isUp: true, cancellation).ConfigureAwait(false);
    }

    private static async Task AwaitGuestAgentPortAsync(VmEntry entry, VmSession session, CancellationToken cancellation)
    {
        // Open as soon as its state was read, but told of by an event.
        while (!session.IsGuestAgentOpen)
        {
            var changed = entry.Changed;
            if (!session.IsGuestAgentOpen)
            {
                await changed.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    // Under the lock: a clone that has not become a machine of its own.
    private async Task DiscardCloneAsync(VmEntry entry, VmProcess? process)
    {
        if (process is not null)
        {
            await EndNowAsync(process).ConfigureAwait(false);
            process.Dispose();
        }

        Disconnect(entry);
        RemoveFiles(entry, static disk => disk.IsNew);
        Forget(entry);
        AgentLog.Info($"VM '{entry.Name}' was still the copy of another one when the agent ended; it is undone");
    }

    private static string WhatItSaid(QgaCommandResult result) =>
        Encoding.UTF8.GetString(result.Error).Trim().Split('\n')[^1].Trim() is { Length: > 0 } last ? VmErrors.Sentence(last) : FormattableString.Invariant($"its script ended with {result.ExitCode ?? -1}");

    private static VirtException Unrenewed(ErrorCode code, string name, WarmState warm, string why, Exception? cause) =>
        new(code, "GuestNotRenewed", $"Cannot create VM '{name}': {why}.", name, $"New-VM -Name {name} -Image {warm.Shape.Image}, without -Warm", cause);

    private static VirtException Spoiled(string name, WarmState warm, string why, Exception? cause) =>
        new(ErrorCode.DataLoss, "WarmStateDamaged", $"Cannot create VM '{name}': the booted state of image '{warm.Shape.Image}' cannot be gone on from ({why}); the next New-VM -Warm makes it anew.", name, $"New-VM -Name {name} -Image {warm.Shape.Image} -Warm", cause);
}
