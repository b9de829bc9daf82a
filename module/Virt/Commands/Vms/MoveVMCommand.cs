using System;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Moves virtual machines to another host, while they run.</summary>
/// <remarks>
/// Compares first, as Compare-VM does, and refuses what would fail. A running machine goes on while its disk (with -IncludeStorage, where the other host cannot
/// reach it) and its memory are copied, and stands still for a moment only; a stopped or saved one moves with its files; a paused one stays paused. It keeps its name,
/// id and addresses, of all its network adapters, and its checkpoints with their memory: what they keep goes first, and they can be gone back to and removed there. A schedule of
/// checkpoints goes on there; none is made, removed or restored during the move. The two hosts must be peers; everything between them is encrypted. Until the moment of the hand-over Ctrl+C or Stop-VirtOperation
/// cancels, and the machine runs on unharmed. Whatever fails, a machine is on exactly one of the two hosts, as soon as they reach each other again; until then it
/// may stand still as Released here and Receiving there. Where the other host is gone for ever, Remove-VM -Force removes what stands still; the disk stays.
/// </remarks>
/// <example>
/// <code>Move-VM web01 -DestinationHost hostb -IncludeStorage -WhatIf</code>
/// <para>Says what a move would do, after both hosts have checked that it can be done.</para>
/// </example>
/// <example>
/// <code>Move-VM web01 -DestinationHost hostb -IncludeStorage -PassThru | Format-List</code>
/// <para>Moves a machine with its disk, and shows how long that took and how long the guest stood still.</para>
/// </example>
/// <example>
/// <code>
/// $json = Compare-VM web02 -DestinationHost hostb -IncludeStorage | ConvertTo-Json -Depth 5
/// Move-VM -Plan $json
/// </code>
/// <para>Moves a machine exactly as a plan says that was kept as text, or not at all where that no longer fits.</para>
/// </example>
[Cmdlet(VerbsCommon.Move, "VM", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(VMMove))]
public sealed class MoveVMCommand : VMOperandChangeCommand
{
    private const string ByPlan = "Plan";

    /// <summary>The other host, by the name that it has as a peer of the machine's host.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Id)]
    [Alias("Destination")]
    [ArgumentCompleter(typeof(PeerNameCompleter))]
    public string DestinationHost { get; set; } = "";

    /// <summary>Copy a disk that the other host cannot reach.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = ParameterSets.InputObject)]
    [Parameter(ParameterSetName = ParameterSets.Id)]
    [Parameter(ParameterSetName = ParameterSets.Piped)]
    public SwitchParameter IncludeStorage { get; set; }

    /// <summary>The folder on the other host for a copied disk; without it, its agent's own.</summary>
    [Parameter(ParameterSetName = ParameterSets.Name)]
    [Parameter(ParameterSetName = ParameterSets.InputObject)]
    [Parameter(ParameterSetName = ParameterSets.Id)]
    [Parameter(ParameterSetName = ParameterSets.Piped)]
    public string? DestinationStoragePath { get; set; }

    /// <summary>Plans to apply exactly: as Compare-VM gives them, as ConvertFrom-Json has read them, or as JSON text.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByPlan)]
    [Plan(typeof(VMMovePlan))]
    public VMMovePlan[] Plan { get; set; } = [];

    /// <summary>Write what was done: how long it took, how long the guest stood still, how much was sent.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != ByPlan)
        {
            base.ProcessRecord();
            return;
        }

        foreach (var plan in Plan)
        {
            var request = new MoveVM { Id = plan.VMId, Name = plan.VMName, DestinationHost = plan.DestinationHost, Plan = plan };
            ForEachHost(plan.ComputerName.Length > 0 ? [plan.ComputerName] : HostNames, host => Guard(plan, () => Move(host, new Target(plan.VMId, plan.VMName, plan), request)));
        }
    }

    private protected override void TakeFirst(string[] words) => DestinationHost = One(words);

    private protected override void Act(HostCalls host, Target target) => Move(host, target, new MoveVM
    {
        Id = target.Id,
        Name = target.Name,
        DestinationHost = DestinationHost,
        IncludeStorage = IncludeStorage,
        DestinationStoragePath = DestinationStoragePath,
    });

    private void Move(HostCalls host, Target target, MoveVM request)
    {
        if (!IsWhatIf())
        {
            Change(host, target, Methods.MoveVM, request, PassThru);
            return;
        }

        host.Invoke(Methods.MoveVM, request, CheckOnly);
        var plan = request.Plan ?? host.Invoke(Methods.CompareVM, new CompareVM
        {
            Id = request.Id,
            Name = request.Name,
            DestinationHost = request.DestinationHost,
            IncludeStorage = request.IncludeStorage,
            DestinationStoragePath = request.DestinationStoragePath,
        });
        AskUser(() => ShouldProcess(Describe(plan)));
    }

    private static string Describe(VMMovePlan plan)
    {
        var memory = plan.Mode == VMMoveMode.Live ? $", with {TableText.Size(plan.MemoryBytes)} of memory" : "";
        var disks = Array.ConvertAll(plan.Disks, disk => disk.IsShared
            ? $", on its disk '{disk.Path}', which both hosts reach"
            : $", with its disk '{disk.Path}' copied to '{disk.DestinationPath}' ({TableText.Size(disk.SizeBytes)})");
        var checkpoints = plan.Checkpoints.Length switch
        {
            0 => "",
            1 => $", with its checkpoint '{plan.Checkpoints[0]}'",
            var count => $", with its {count} checkpoints",
        };
        return $"{plan.VMName} from host {plan.SourceHost} to host {plan.DestinationHost}, {(plan.Mode == VMMoveMode.Live ? "while it runs" : "stopped")}{memory}{string.Concat(disks)}{checkpoints}";
    }
}
