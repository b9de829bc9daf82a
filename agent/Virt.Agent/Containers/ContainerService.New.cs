using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Containers;

public sealed partial class ContainerService
{
    /// <summary>Makes a container. Nothing but its row is written before its first start.</summary>
    /// <exception cref="VirtException">InvalidArgument, NotFound (the image), AlreadyExists.</exception>
    public async Task<Container> NewAsync(NewContainer request, Call call)
    {
        var entry = Create(request, call, ContainerState.Created, null);
        await FaultPoint.ReachAsync(ContainerFaults.CreateWritten).ConfigureAwait(false);
        return Show(entry);
    }

    // The row is written with the state and the run that the container is to have first.
    private ContainerEntry Create(NewContainer request, Call call, ContainerState state, ContainerRun? run)
    {
        var name = request.Name ?? MakeUpName(request.Image);
        ResourceName.Check("create", Kind, name);
        var source = findBase(request.Image, $"Cannot create container '{name}'");
        using var held = source.Hold;
        var spec = NewContainerCheck.ToSpec(name, request, source);
        NewContainerCheck.CheckAsked(name, request);
        CheckMachine("create", name, spec);
        if (FindByName(name) is { } other)
        {
            throw ResourceName.Taken("create", Kind, name, ContainerStates.IsOff(other.State) ? $"Start-Container -Name {other.Name}; or Remove-Container -Name {other.Name}" : null);
        }

        CheckStartOrder("create", name, request.After);
        call.WorksOn(name);
        var id = Guid.NewGuid();
        spec = TakePlace(id, name, request, spec, call.WhatIf);
        var row = ContainerEntry.NewRow(id, name, state, spec, run is null ? null : run with { HostIds = spec.HostIds }, time.GetUtcNow());
        var entry = new ContainerEntry(row, events);
        if (call.WhatIf)
        {
            return entry;
        }

        if (!table.TryInsert(row, sync: state != ContainerState.Starting))
        {
            Leave(entry);
            throw ResourceName.Taken("create", Kind, name);
        }

        entries[entry.Id] = entry;
        events.Publish(VirtEventKind.Container, VirtEventAction.Created, name, id, $"Its image is '{spec.Image}'.");
        return entry;
    }

    // One that an agent without user namespaces made gets its ids with its next start: whom its files belong to on the disk does not change.
    private ContainerSpec WithIds(string name, ContainerSpec spec) =>
        WithLevel(spec is { UserNamespace: ContainerUserNamespace.Private, HostIds: 0 } ? spec with { HostIds = userNamespaces.Take(name) } : spec);

    private string MakeUpName(string image)
    {
        var stem = new string([.. image.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')]);
        stem = stem.Length == 0 || !char.IsAsciiLetterOrDigit(stem[0]) ? "container" : stem[..Math.Min(stem.Length, 50)];
        string name;
        do
        {
            name = $"{stem}-{Random.Shared.Next(0x10000):x4}";
        }
        while (FindByName(name) is not null);
        return name;
    }
}
