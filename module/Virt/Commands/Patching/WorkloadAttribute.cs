using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Takes VMs and containers, mixed, and what was read about them for patching; refuses everything else, so that it finds its own parameter or is an error.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WorkloadAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (inputData is null)
        {
            return null;
        }

        var items = LanguagePrimitives.GetEnumerable(inputData)?.Cast<object>() ?? [inputData];
        return items.Select(item => PSObject.AsPSObject(item)).Select(item => IsWorkload(item.BaseObject) ? item : throw Bad(item)).ToArray();
    }

    /// <summary>What finds it again.</summary>
    internal static WorkloadIdentity Identify(object item) => item switch
    {
        VM vm => new(WorkloadKind.VM, vm.Id, vm.Name, vm.ComputerName),
        Container container => new(WorkloadKind.Container, container.Id, container.Name, container.ComputerName),
        PatchStatus status => new(status.Kind, status.Id, status.Name, status.ComputerName),
        PatchResult result => new(result.Kind, result.Id, result.Name, result.ComputerName),
        _ => throw new ArgumentException(item.GetType().FullName, nameof(item)),
    };

    private static bool IsWorkload(object item) => item is VM or Container or PatchStatus or PatchResult;

    private static ArgumentTransformationMetadataException Bad(PSObject item)
    {
        var message = $"Cannot use a {item.TypeNames[0]} as a workload: VMs and containers are.";
        return new ArgumentTransformationMetadataException(message, new PSInvalidCastException(message));
    }
}
