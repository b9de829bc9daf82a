using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What Set-VM makes of a machine: pure.</summary>
internal static class VmChange
{
    /// <summary>The machine as it is to be. What a running one cannot change waits for its next start.</summary>
    /// <param name="present">What it is.</param>
    /// <param name="request">What is asked for, checked.</param>
    public static VmSpec Apply(VmSpec present, SetVM request)
    {
        var memory = request.MemoryStartupBytes is { } bytes ? NewVMCheck.RoundUp(bytes, 1 << 20) : present.Pending?.MemoryBytes;
        var processors = request.ProcessorCount ?? present.Pending?.ProcessorCount;
        var ports = request.HotplugPortCount ?? present.Pending?.HotplugPorts;
        var pending = new VmPending
        {
            MemoryBytes = memory == present.MemoryBytes ? null : memory,
            ProcessorCount = processors == present.ProcessorCount ? null : processors,
            HotplugPorts = ports == present.HotplugPorts ? null : ports,
        };
        return present with
        {
            Pending = pending.Words().Any() ? pending : null,
            Notes = request.Notes ?? present.Notes,
            StartAction = request.AutomaticStartAction ?? present.StartAction,
            StartDelay = request.AutomaticStartDelay ?? present.StartDelay,
            After = request.After ?? present.After,
            StopAction = request.AutomaticStopAction ?? present.StopAction,
        };
    }
}
