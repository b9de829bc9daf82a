using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMCheckpoint, and how a checkpoint is found.</summary>
public sealed partial class VmService
{
    /// <summary>Checkpoints by machine and by name, id or pattern; all where the request names none.</summary>
    public Task<VMCheckpointList> GetCheckpointAsync(GetVMCheckpoint request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var found = new HashSet<CheckpointEntry>();
        if (request.Ids.Length == 0)
        {
            var machines = Select(new GetVM { Names = request.VMNames, Ids = request.VMIds }, errors).ToList();
            SelectByName(machines, request.Names, found, errors);
        }

        found.UnionWith(PartList.ById(request.Ids, id => FindCheckpoint("get", id, "", Guid.Empty, "").Checkpoint, errors));
        var items = found.Where(c => entries.ContainsKey(c.Spec.VMId)).Select(c => Show(entries[c.Spec.VMId], c));
        return Task.FromResult(new VMCheckpointList
        {
            Items = [.. items.OrderBy(static c => c.VMName, StringComparer.OrdinalIgnoreCase).ThenBy(static c => c.CreationTime)],
            Errors = [.. errors],
        });
    }

    private void SelectByName(List<VmEntry> machines, string[] names, HashSet<CheckpointEntry> found, List<ErrorInfo> errors)
    {
        var visible = machines.SelectMany(CheckpointsOf).Where(static c => c.IsVisible).ToList();
        if (names.Length == 0)
        {
            found.UnionWith(visible);
        }

        foreach (var name in names)
        {
            var matching = visible.Where(c => NamePattern.IsPattern(name) ? NamePattern.Matches(name, c.Name) : c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            found.UnionWith(matching);
            if (matching.Count == 0 && !NamePattern.IsPattern(name) && machines.Count > 0)
            {
                errors.Add(CheckpointNotFound("get", name, machines.Count == 1 ? machines[0].Name : "", visible).ToInfo());
            }
        }
    }

    /// <exception cref="VirtException">NotFound.</exception>
    private (VmEntry Machine, CheckpointEntry Checkpoint) FindCheckpoint(string verb, Guid id, string name, Guid machineId, string machineName)
    {
        if (id != Guid.Empty)
        {
            return checkpoints.TryGetValue(id, out var byId) && byId.IsVisible && entries.TryGetValue(byId.Spec.VMId, out var owner)
                ? (owner, byId)
                : throw new VirtException(
                    ErrorCode.NotFound,
                    "VMCheckpointNotFound",
                    $"Cannot {verb} VM checkpoint '{(name.Length > 0 ? name : id)}': it does not exist any more (no checkpoint has the id {id}).",
                    name.Length > 0 ? name : id.ToString(),
                    "Get-VMCheckpoint");
        }

        var machine = Find($"{verb} a checkpoint of", machineId, machineName);
        var visible = CheckpointsOf(machine).Where(static c => c.IsVisible).ToList();
        return (machine, visible.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw CheckpointNotFound(verb, name, machine.Name, visible));
    }

    private static VirtException CheckpointNotFound(string verb, string name, string machine, IEnumerable<CheckpointEntry> others)
    {
        var nearest = NearestName.Of(name, others.Select(static c => c.Name));
        var of = machine.Length > 0 ? $" of VM '{machine}'" : "";
        return new VirtException(
            ErrorCode.NotFound,
            "VMCheckpointNotFound",
            $"Cannot {verb} VM checkpoint '{name}'{of}: no checkpoint has that name{(nearest is null ? "" : $"; did you mean '{nearest}'?")}".TrimEnd('?') + (nearest is null ? "." : "?"),
            name,
            $"Get-VMCheckpoint{(machine.Length > 0 ? $" -VMName {machine}" : "")}{(nearest is null ? "" : $" -Name '{nearest}'")}");
    }

    private VMCheckpoint Show(VmEntry entry, CheckpointEntry checkpoint)
    {
        var all = CheckpointsOf(entry);
        var spec = checkpoint.Spec;
        var parent = CheckpointTree.Visible(all, spec.Parent);
        return new VMCheckpoint
        {
            Id = checkpoint.Id,
            VMId = entry.Id,
            VMName = entry.Name,
            Name = spec.Name,
            CreationTime = spec.Time,
            ParentId = parent?.Id,
            ParentName = parent?.Name ?? "",
            HasMemory = spec.HasMemory,
            SizeBytes = spec.Disks.Sum(static disk => SizeOf(disk.Layer.Path)) + SizeOf(FolderOf(entry).MemoryFile(checkpoint.Id)) + SizeOf(FolderOf(entry).NvramFileOf(checkpoint.Id)),
            IsCurrent = CheckpointTree.Visible(all, entry.Spec.Checkpoint)?.Id == checkpoint.Id,
            Notes = spec.Notes,
            PauseDuration = spec.PauseDuration,
            ExpirationTime = spec.Expires,
            CheckpointType = spec.Type,
            Status = spec.Status ?? "",
            State = spec.HasMemory ? spec.State : VMState.Stopped,
        };
    }

    private static long SizeOf(string? path) => path is not null && File.Exists(path) ? FileHandles.AllocatedBytes(path) : 0;
}
