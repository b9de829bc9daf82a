using System.Collections.Generic;
using System.Runtime.InteropServices;
using Virt.Linux.Capabilities;
using Virt.Linux.Processes;
using Virt.Linux.Seccomp;

namespace Virt.Agent.Containers.Machine;

/// <summary>From a process of a container to the processes of the host that stand for it where the container is in a virtual machine of its own.</summary>
internal static class MachineLaunch
{
    /// <summary>With which the container ends where its machine ended unasked (FAILED of Native/Init/machine.c). A command may end so too, as any container's may.</summary>
    public const int LostCode = 125;

    private static readonly SeccompFilter Filter = SeccompFilter.Compile(SeccompProfile.Machine, RuntimeInformation.ProcessArchitecture);

    /// <summary>In the place of the container's first process.</summary>
    /// <param name="launch">That process.</param>
    /// <param name="words">Of <see cref="MachineArguments"/>.</param>
    /// <param name="steps">Of <see cref="MachineRoot"/>.</param>
    public static LaunchSpec First(LaunchSpec launch, IReadOnlyList<string> words, IReadOnlyList<RootStep> steps) => Standing(launch) with
    {
        InitRole = "machine",
        Arguments = words,
        RootSteps = steps,
        // What the file server does in the machine's name; the monitor keeps nothing of it, and QEMU gets nothing.
        Capabilities = CapabilitySet.Default,
        // Of open files it has as many as the keeper: the file server holds one for each that the machine remembers.
        Limits = [new ResourceLimit(ResourceLimit.CoreSize, 0, 0)],
        OutOfMemoryScore = launch.OutOfMemoryScore,
    };

    /// <summary>In the place of a further process.</summary>
    public static LaunchSpec Enter(LaunchSpec launch) => Standing(launch) with { InitRole = "enter", Arguments = [] };

    private static LaunchSpec Standing(LaunchSpec launch) => launch with
    {
        Programs = [],
        Init = false,
        Environment = new Dictionary<string, string>(),
        WorkingDirectory = null,
        UserId = 0,
        GroupId = 0,
        Groups = [],
        Capabilities = 0,
        NoNewPrivileges = true,
        Limits = [],
        Filter = Filter,
    };
}
