using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Hosts;
using Virt.Agent.Storage;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Enable-VMTPM, Disable-VMTPM and Get-VMSecurity, and where a TPM's state goes with its machine (docs/adr/0031).</summary>
public sealed partial class VmService
{
    /// <summary>Gives a machine that is off a virtual TPM: the one that it had before, where it had one. Does nothing with one that has it.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; NotSupported: generation 1, or the host has no swtpm.</exception>
    public Task<VM> EnableTpmAsync(EnableVMTPM request, Call call) => SetTpmAsync("enable the virtual TPM of", request.Id, request.Name, isOn: true, call);

    /// <summary>Takes the virtual TPM out of a machine that is off; its state stays.</summary>
    /// <exception cref="VirtException">NotFound; WrongState.</exception>
    public Task<VM> DisableTpmAsync(DisableVMTPM request, Call call) => SetTpmAsync("disable the virtual TPM of", request.Id, request.Name, isOn: false, call);

    /// <summary>What protects machines, by name, id or pattern; of all where the request names none.</summary>
    public Task<VMSecurityList> GetSecurityAsync(GetVMSecurity request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var found = Select(new GetVM { Names = request.Names, Ids = request.Ids }, errors).DistinctBy(static entry => entry.Id).OrderBy(static entry => entry.Name, StringComparer.OrdinalIgnoreCase);
        return Task.FromResult(new VMSecurityList
        {
            Items = [.. found.Select(static entry => new VMSecurity { VMId = entry.Id, VMName = entry.Name, TpmEnabled = entry.Spec.HasTpm, SecureBoot = entry.Spec.SecureBoot })],
            Errors = [.. errors],
        });
    }

    private async Task<VM> SetTpmAsync(string verb, Guid id, string name, bool isOn, Call call)
    {
        var entry = Find(verb, id, name);
        call.WorksOn(entry.Name);
        using var held = await LockAsync(verb, entry, call).ConfigureAwait(false);
        VmStates.CheckOff(verb, entry.Name, entry.State);
        if (isOn && entry.Spec.Generation != 2)
        {
            throw new VirtException(ErrorCode.NotSupported, "NeedsUefi", $"Cannot {verb} VM '{entry.Name}': it is of generation 1, whose BIOS measures nothing into one.", entry.Name, "New-VM -Generation 2");
        }

        if (isOn)
        {
            CheckSwtpm(verb, entry.Name);
        }

        if (!call.WhatIf && entry.Spec.HasTpm != isOn)
        {
            entry.Set(table, entry.Phase, entry.Run, entry.Spec with { HasTpm = isOn });
            entry.Tell(VirtEventAction.Changed, isOn ? "It has a virtual TPM." : "It has no virtual TPM any more.");
        }

        return Show(entry);
    }

    /// <exception cref="VirtException">NotSupported.</exception>
    private static string CheckSwtpm(string verb, string name) => Programs.Find(VmTpm.Program)
        ?? throw new VirtException(ErrorCode.NotSupported, "SwtpmMissing", $"Cannot {verb} VM '{name}': a virtual TPM needs {VmTpm.Program}, which is not installed on this host.", name, $"sudo apt-get install {VmTpm.Program}");

    // What QEMU cannot write of a TPM that is gone, it writes nothing at all for.
    private static void CheckTpm(string verb, VmEntry entry)
    {
        if (entry is { Spec.HasTpm: true, Process: { } process } && process.Tpm is not { Exited.IsCompleted: false })
        {
            throw new VirtException(ErrorCode.WrongState, "TpmEnded", $"Cannot {verb} VM '{entry.Name}': the {VmTpm.Program} that is its virtual TPM has ended.", entry.Name, $"Stop-VM -Name {entry.Name}; Start-VM -Name {entry.Name}");
        }
    }

    // The state of a moment: that of a TPM that was just switched off.
    private void KeepTpm(VmEntry entry, CheckpointEntry checkpoint)
    {
        var folder = FolderOf(entry);
        try
        {
            if (VmTpm.Read(folder.TpmFolder) is { } state)
            {
                VmTpm.WriteFile(folder.TpmFileOf(checkpoint.Id), state);
            }
        }
        catch (IOException e)
        {
            throw new DiskException(DiskFull.Is(e) ? DiskProblem.NoSpace : DiskProblem.Other, folder.TpmFolder, e.Message);
        }
    }

    // With the machine off. One that had none then has none afterwards.
    private void PutTpmBack(VmEntry entry, CheckpointEntry checkpoint) => VmTpm.Write(FolderOf(entry).TpmFolder, KeptTpmOf(entry, checkpoint));

    private byte[]? KeptTpmOf(VmEntry entry, CheckpointEntry checkpoint)
    {
        var kept = FolderOf(entry).TpmFileOf(checkpoint.Id);
        return File.Exists(kept) ? File.ReadAllBytes(kept) : null;
    }

    /// <summary>The state of its TPM as it is now; empty where it has none.</summary>
    internal byte[] ReadTpm(VmEntry entry) => VmTpm.Read(FolderOf(entry).TpmFolder) ?? [];

    // The state of a moment that was kept, else as it is; null: there is none.
    private byte[]? TpmOf(VmEntry entry, CheckpointEntry? moment) => (moment is null ? null : KeptTpmOf(entry, moment)) ?? VmTpm.Read(FolderOf(entry).TpmFolder);

    // A TPM is whose it is: a copy that is another machine gets one of its own.
    private void CopyTpm(VmEntry source, VmEntry copy, CheckpointEntry? moment)
    {
        if (copy.Spec is { SystemId: not null, HasTpm: true } && TpmOf(source, moment) is { } state)
        {
            VmTpm.Write(FolderOf(copy).TpmFolder, state);
        }
    }
}
