using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Agent.Vms;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Compare-VM, and what the destination answers to it.</summary>
public sealed partial class MoveService
{
    /// <summary>Plans a move and tells what stands in its way. Changes nothing.</summary>
    /// <exception cref="VirtException">NotFound (machine or peer); WrongState; Conflict: it is being moved already.</exception>
    public async Task<VMMovePlan> CompareAsync(CompareVM request, Call call)
    {
        var entry = vms.FindToMove(request.Id, request.Name);
        VmService.CheckMove(entry);
        await using var compared = await PlanAsync(entry, request, call.Cancellation).ConfigureAwait(false);
        return compared.Plan;
    }

    /// <summary>Between agents: what stands in the way of a machine here.</summary>
    public async Task<MoveCheck> CheckAsync(CheckMove machine, Call call)
    {
        var site = vms.SiteFor(machine, await ReadQemuAsync(machine.Architecture, call.Cancellation).ConfigureAwait(false));
        return new MoveCheck
        {
            Problems = [.. MoveRules.Find(machine, site)],
            AreDisksShared = site.UnreachedDisk is null && machine.Disks.Length > 0,
            DiskPaths = site.UnreachedDisk is null ? Array.ConvertAll(machine.Disks, static disk => disk.Path) : vms.PathsForCopies(machine),
            ImageFolder = site.ImageFolder,
            TakesAll = true,
            ImageHash = machine.Image.Length > 0 && site.HasImage ? await hashes.OfAsync(images.FindVm(machine.Image), call.Cancellation).ConfigureAwait(false) : [],
        };
    }

    // Of the QEMU that would run it here.
    private async ValueTask<string?> ReadQemuAsync(string architecture, CancellationToken cancellation) =>
        MachineArchitecture.Named(architecture) is { } known ? await qemu.ReadAsync(QemuVersion.ProgramOf(MachineArchitecture.CpuOf(known, RuntimeInformation.OSArchitecture)), cancellation).ConfigureAwait(false) : null;

    // The connection is kept for the move itself.
    private async Task<ComparedMove> PlanAsync(VmEntry entry, CompareVM request, CancellationToken cancellation)
    {
        var peer = peers.FindByName("move to", request.DestinationHost);
        var machine = await vms.DescribeAsync(entry, request.IncludeStorage, request.DestinationStoragePath, cancellation).ConfigureAwait(false);
        var plan = new VMMovePlan
        {
            VMId = entry.Id,
            VMName = entry.Name,
            SourceHost = peers.HostName,
            DestinationHost = peer.Name,
            Mode = machine.IsLive ? VMMoveMode.Live : VMMoveMode.Cold,
            MemoryBytes = machine.MemoryBytes,
            MachineType = machine.MachineType,
            IncludeStorage = request.IncludeStorage,
            DestinationStoragePath = request.DestinationStoragePath ?? "",
            CreationTime = time.GetUtcNow(),
            Checkpoints = vms.CheckpointNamesOf(entry),
        };
        var problems = new List<PlanProblem>();
        if (peers.ListenAddress.Length == 0)
        {
            problems.Add(PeerProblems.NoListener(peers.HostName, peer));
        }

        if (vms.WhatKeepsLayers(entry) is { } kept)
        {
            problems.Add(kept);
        }

        if (IsPatched(entry.Id))
        {
            problems.Add(PlanProblem.Blocking("VMPatching", entry.Name, $"VM '{entry.Name}' is being patched, which ends on its host: there is its checkpoint gone back to, or removed.", "Get-VirtOperation | Where-Object State -eq Running"));
        }

        PeerClient? client = null;
        try
        {
            client = await PeerClient.ConnectAsync(peers, peer, cancellation).ConfigureAwait(false);
            var checking = client.InvokeAsync(Methods.CheckMove, machine, cancellation);
            var hash = machine.Image.Length > 0 ? await hashes.OfAsync(images.FindVm(machine.Image), cancellation).ConfigureAwait(false) : [];
            var check = await checking.ConfigureAwait(false);
            problems.AddRange(check.Problems);
            if (check.ImageHash.Length > 0 && !check.ImageHash.SequenceEqual(hash))
            {
                problems.Add(PlanProblem.Blocking("ImageDiffers", machine.Image, $"The image '{machine.Image}' of host '{peer.Name}' is not the one that the VM was made from.", MoveRules.CopyImage(machine.ImageFolder, peer.Name, check.ImageFolder)));
            }

            if (!check.TakesAll && (machine.IsSaved || machine.Adapters.Length > 0 || vms.CheckpointsToMove(entry).Length > 0))
            {
                problems.Add(PlanProblem.Blocking("AgentTooOld", peer.Name, $"The agent of host '{peer.Name}' is older than this one: it takes neither checkpoints nor further network adapters nor saved memory.", $"Get-VirtHost -ComputerName {peer.Name}"));
            }

            var hasLayers = machine.Files.Any(static file => file.Kind == MoveFileKind.Layer);
            if (vms.LenderOf(entry) is { } lender && (!machine.IsLive || check.AreDisksShared || hasLayers))
            {
                // From then on nothing here would say that the layers below are needed.
                problems.Add(PlanProblem.Blocking(
                    "VMIsLinkedCopy",
                    entry.Name,
                    $"The disk of VM '{entry.Name}' stands on that of VM '{lender.Name}', which stays here; it can move while it runs, without checkpoints and with its disk copied.",
                    hasLayers ? $"Get-VMCheckpoint -VMName {entry.Name} | Remove-VMCheckpoint -Confirm" : machine.IsLive ? $"Copy-VM -Name {entry.Name} -NewName {entry.Name}-full -Full" : $"Start-VM -Name {entry.Name} -PassThru | Move-VM -DestinationHost {peer.Name} -IncludeStorage"));
            }

            plan.Disks = [.. machine.Disks.Zip(check.DiskPaths, (disk, path) => new VMMoveDisk { Path = disk.Path, DestinationPath = path, IsShared = check.AreDisksShared, SizeBytes = disk.SizeBytes })];
        }
        catch (VirtException e)
        {
            problems.Add(PeerProblems.Of(e, peer));
        }
        catch
        {
            if (client is not null)
            {
                await client.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }

        plan.Problems = [.. problems];
        plan.Hash = MovePlans.Hash(plan);
        return new ComparedMove(plan, machine, peer, client);
    }
}
