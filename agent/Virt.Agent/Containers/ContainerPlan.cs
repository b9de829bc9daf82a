using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Capabilities;
using Virt.Linux.Cgroups;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;
using Virt.Linux.Seccomp;

namespace Virt.Agent.Containers;

/// <summary>From a container's spec to what the keeper is told: pure, without handles.</summary>
internal static class ContainerPlan
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private const NamespaceKinds All =
        NamespaceKinds.Mount | NamespaceKinds.Pid | NamespaceKinds.Network | NamespaceKinds.Uts | NamespaceKinds.Ipc | NamespaceKinds.Cgroup;

    private static readonly SeccompFilter Filter = SeccompFilter.Compile(SeccompProfile.Default, RuntimeInformation.ProcessArchitecture);

    /// <summary>The first process.</summary>
    public static LaunchSpec First(
        ContainerSpec spec, ContainerRun run, ContainerUser user, ContainerFolder folder, CgroupTree cgroups, IReadOnlyList<SafeFileHandle>? volumes = null, ContainerHostNames? host = null)
    {
        var isHost = spec.Network == ContainerNetwork.Host;
        var environment = Environment(spec, [], user);
        return Confined(user) with
        {
            Id = run.LaunchId,
            Arguments = spec.Command,
            Programs = Tool.FindPrograms(spec.Command[0], environment["PATH"]),
            Environment = environment,
            WorkingDirectory = spec.WorkingDirectory,
            HostName = spec.HostName,
            Namespaces = isHost ? All & ~NamespaceKinds.Network : All,
            LoopbackUp = !isHost,
            RootSteps = Rootfs.Plan(spec, cgroups.Version, cgroups.HierarchyNames, volumes, host),
            LogPath = folder.Log,
            ExitPath = folder.Exit,
        };
    }

    /// <summary>A further process beside the first.</summary>
    public static LaunchSpec Further(ContainerSpec spec, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> variables, string? workingDirectory, ContainerUser user)
    {
        var environment = Environment(spec, variables, user);
        return Confined(user) with
        {
            Arguments = command,
            Programs = Tool.FindPrograms(command[0], environment["PATH"]),
            Environment = environment,
            WorkingDirectory = workingDirectory ?? spec.WorkingDirectory,
        };
    }

    private static LaunchSpec Confined(ContainerUser user) => new()
    {
        Arguments = [],
        UserId = user.UserId,
        GroupId = user.GroupId,
        Groups = user.Groups,
        Capabilities = CapabilitySet.Default,
        NoNewPrivileges = true,
        Filter = Filter,
        Namespaces = All,
    };

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
