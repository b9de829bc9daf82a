using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Linux.Capabilities;
using Virt.Linux.Cgroups;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;
using Virt.Linux.Seccomp;

namespace Virt.Agent.Containers;

/// <summary>From a container's spec to what the keeper is told: pure, without handles.</summary>
internal static class ContainerPlan
{
    // Of the present file; as much again is kept of what was before.
    private const long DefaultLogBytes = 16 << 20;
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const NamespaceKinds All =
        NamespaceKinds.Mount | NamespaceKinds.Pid | NamespaceKinds.Network | NamespaceKinds.Uts | NamespaceKinds.Ipc | NamespaceKinds.Cgroup;

    private static readonly SeccompFilter Filter = SeccompFilter.Compile(SeccompProfile.Default, RuntimeInformation.ProcessArchitecture);

    // Most agents never have a container that needs it.
    private static readonly Lazy<SeccompFilter> SystemFilter = new(static () => SeccompFilter.Compile(SeccompProfile.System, RuntimeInformation.ProcessArchitecture));

    /// <summary>The first process.</summary>
    public static LaunchSpec First(
        ContainerSpec spec, ContainerRun run, ContainerUser user, ContainerFolder folder, CgroupTree cgroups, RootMounts? mounts = null, ContainerHostNames? host = null)
    {
        var own = OwnOf(spec);
        var environment = Environment(spec, spec.IsSystem ? InitVariables(mounts?.MachineId ?? default) : [], user);
        return Confined(spec, user) with
        {
            Id = run.LaunchId,
            Arguments = spec.Command,
            Programs = ProgramsOf(spec),
            Init = spec.Init,
            Environment = environment,
            WorkingDirectory = spec.WorkingDirectory,
            HostName = spec.HostName,
            Namespaces = own,
            LoopbackUp = own.HasFlag(NamespaceKinds.Network),
            RootSteps = Rootfs.Plan(spec, spec.IsSystem ? cgroups.DelegableVersion : cgroups.Version, cgroups.HierarchyNames, mounts, host),
            OutputOwner = run.HostIds == 0 ? default : (run.HostIds + user.UserId, run.HostIds + user.GroupId),
            LogPath = folder.Log,
            LogBytes = spec.LogBytes ?? DefaultLogBytes,
            ExitPath = folder.Exit,
        };
    }

    /// <summary>Where its program is looked for, in this order; what does not begin with a slash is below its working directory.</summary>
    public static IReadOnlyList<string> ProgramsOf(ContainerSpec spec) => Tool.FindPrograms(spec.Command[0], spec.Environment.GetValueOrDefault("PATH", DefaultPath));

    /// <summary>A further process beside the first.</summary>
    public static LaunchSpec Further(ContainerSpec spec, ContainerRun run, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables, string? workingDirectory, ContainerUser user)
    {
        var environment = Environment(spec, variables, user);
        return Confined(spec, user) with
        {
            // The host's are not the user namespace's to enter; the keeper is in them anyway.
            Namespaces = run.HostIds == 0 ? OwnOf(spec) : OwnOf(spec) | NamespaceKinds.User,
            Arguments = command,
            Programs = Tool.FindPrograms(command[0], environment["PATH"]),
            Environment = environment,
            WorkingDirectory = workingDirectory ?? spec.WorkingDirectory,
        };
    }

    /// <summary>The namespaces that it does not share with the host, but for the user namespace.</summary>
    public static NamespaceKinds OwnOf(ContainerSpec spec) =>
        spec.IsChroot ? NamespaceKinds.Mount | NamespaceKinds.Cgroup
        : spec.Network == ContainerNetwork.Host ? All & ~NamespaceKinds.Network
        : All;

    private static LaunchSpec Confined(ContainerSpec spec, ContainerUser user) => new()
    {
        Arguments = [],
        UserId = user.UserId,
        GroupId = user.GroupId,
        Groups = user.Groups,
        Capabilities = CapabilitiesOf(spec),
        NoNewPrivileges = !spec.Privileged && !spec.AllowNewPrivileges,
        Limits = [.. spec.Ulimits.Select(static l => new ResourceLimit(l.Resource, l.Soft, l.Hard))],
        OutOfMemoryScore = spec.OutOfMemoryScore,
        Filter = spec.Privileged ? null : spec.IsSystem ? SystemFilter.Value : Filter,
        Namespaces = All,
    };

    /// <summary>What a container's root may do in it.</summary>
    public static ulong CapabilitiesOf(ContainerSpec spec) => spec.Capabilities ?? (spec.Privileged ? CapabilitySet.All : spec.IsSystem ? CapabilitySet.System : CapabilitySet.Default);

    // systemd.io/CONTAINER_INTERFACE. Its console is a log, which shows no colours.
    private static Dictionary<string, string> InitVariables(Guid machineId) =>
        new() { ["container"] = "virt", ["container_uuid"] = machineId.ToString("D"), ["TERM"] = "dumb" };

    private static Dictionary<string, string> Environment(ContainerSpec spec, IEnumerable<KeyValuePair<string, string>> more, ContainerUser user)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = DefaultPath, ["HOSTNAME"] = spec.HostName, ["HOME"] = user.Home };
        foreach (var (name, value) in spec.Environment)
        {
            all[name] = value;
        }

        foreach (var (name, value) in more)
        {
            all[name] = value;
        }

        return all;
    }
}
