using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using Virt.Agent.Containers.Machine;
using Virt.Linux.Devices;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>Refuses what could never run, and fills in what the image says.</summary>
internal static partial class NewContainerCheck
{
    private const long LeastMemory = 4L << 20;
    private const double LeastCpu = 0.01;
    private static readonly string[] Init = ["/sbin/init"];
    private const string JailAction = "New-Container -Isolation Jail";

    /// <summary>What a new container is to be. The host's devices must be there.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound.</exception>
    public static ContainerSpec ToSpec(string name, NewContainer request, ContainerBase source)
    {
        var spec = ToSpec(new CheckedContainer(name, IsChange: false), request, source);
        CheckDevices("create", name, spec);
        return spec;
    }

    /// <summary>What a container is to be. One that is changed is held to the rules of a new one: it is looked at as one that has all that it is to have.</summary>
    /// <param name="who">The container.</param>
    /// <param name="request">What it is to be.</param>
    /// <param name="source">Where what is not said comes from.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static ContainerSpec ToSpec(CheckedContainer who, NewContainer request, ContainerBase source)
    {
        var isChroot = request.Isolation == ContainerIsolation.Chroot;
        var hostName = isChroot ? Environment.MachineName : request.HostName ?? who.Name;
        string[] command = CommandOf(request, source);
        CheckIsolation(who, request, source.Health);
        Require(who, "Command", command.Length > 0 && command[0].Length > 0, $"the image '{source.Name}' has no command of its own, and none was given", "New-Container -Command /bin/sh");
        Require(who, "Command", command.All(NoZero), "its command holds a zero byte", "New-Container -Command /bin/sh");
        Require(who, "Environment", request.Environment.All(v => v.Key.Length > 0 && !v.Key.Contains('=') && NoZero(v.Key) && NoZero(v.Value)), "a variable's name is empty or holds '=', or something holds a zero byte", "New-Container -Environment @{ NAME = 'value' }");
        Require(who, "WorkingDirectory", request.WorkingDirectory is null || IsPlainPath(request.WorkingDirectory), $"its working directory '{request.WorkingDirectory}' is not an absolute path without '..'", "New-Container -WorkingDirectory /srv");
        Require(who, "HostName", hostName.Length is > 0 and <= 64 && hostName.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_'), $"'{hostName}' is no host name: 1 to 64 letters, digits, dots and dashes are", "New-Container -HostName web01");
        Require(who, "MemoryBytes", request.MemoryBytes is null or >= LeastMemory, $"it would have {request.MemoryBytes} bytes of memory; 4 MB is the least", "New-Container -MemoryBytes 64MB");
        Require(who, "CpuCount", request.CpuCount is null || (request.CpuCount >= LeastCpu && request.CpuCount <= 4096), $"it would have {request.CpuCount} CPUs; 0.01 is the least", "New-Container -CpuCount 0.5");
        Require(who, "ProcessCount", request.ProcessCount is null or (>= 1 and <= 4_194_304), $"it could have {request.ProcessCount} processes; 1 is the least", "New-Container -ProcessCount 100");
        var volumes = ReadVolumes(who, request.Volumes);
        var builtIn = request.Network.Length == 0 ? isChroot ? ContainerNetwork.Host : ContainerNetwork.None : ContainerNetwork.All.FirstOrDefault(n => n.Equals(request.Network, StringComparison.OrdinalIgnoreCase));
        CheckNetwork(who, request, builtIn);
        Require(who, "Network", !isChroot || builtIn == ContainerNetwork.Host, $"with nothing but a root of its own it is in the host's network, not in '{request.Network}'", JailAction);
        return WithSettings(who, request, source, new ContainerSpec
        {
            Image = source.Name,
            Rootfs = source.Rootfs,
            ImageLayers = source.Layers,
            ImageDigest = source.Digest,
            Command = command,
            EntrypointCount = request.Entrypoint.Length > 0 ? request.Entrypoint.Length : IsSystem(request) && request.Command.Length == 0 ? 0 : source.Entrypoint.Count,
            Environment = Merge(source.Environment, request.Environment),
            ImageEnvironment = source.Environment,
            WorkingDirectory = request.WorkingDirectory ?? source.WorkingDirectory,
            User = request.User ?? source.User,
            HostName = hostName,
            MemoryBytes = request.MemoryBytes,
            CpuCount = request.CpuCount,
            ProcessCount = request.ProcessCount,
            ReadOnly = request.ReadOnly,
            Labels = source.Labels.Count == 0 ? request.Labels : Merge(source.Labels, request.Labels),
            ImageLabels = source.Labels,
            Volumes = volumes,
            Network = builtIn ?? request.Network,
            Dns = request.Dns,
            DnsSearch = request.DnsSearch,
            DnsOptions = request.DnsOptions,
            UserNamespace = request.UserNamespace ?? (request.Privileged || HasHostIds(request.Isolation) ? ContainerUserNamespace.Host : ContainerUserNamespace.Private),
            Privileged = request.Privileged,
            Isolation = request.Isolation,
        });
    }

    // As docker has it: who names an entry point takes nothing of the image's, who names a command takes its entry point.
    private static string[] CommandOf(NewContainer request, ContainerBase source) =>
        request.Entrypoint.Length > 0 ? [.. request.Entrypoint, .. request.Command]
        : request.Command.Length > 0 ? [.. source.Entrypoint, .. request.Command]
        : IsSystem(request) ? Init
        : [.. source.Entrypoint, .. source.Command];

    private static List<ContainerVolume> ReadVolumes(CheckedContainer who, string[] texts)
    {
        var volumes = texts.Select(text => ContainerVolume.Parse(text, out var cause) ?? throw Wrong(who, "Volume", cause, "New-Container -Volume /srv/data:/data")).ToList();
        Require(who, "Volume", volumes.Select(v => v.Target).Distinct(StringComparer.Ordinal).Count() == volumes.Count, "two of its volumes have the same place in it", "New-Container -Volume /srv/data:/data");
        return volumes;
    }

    private static bool IsSystem(NewContainer request) => request.Isolation == ContainerIsolation.System;

    // The steps that have no ids of their own.
    private static bool HasHostIds(ContainerIsolation isolation) => isolation is ContainerIsolation.Chroot or ContainerIsolation.Jail;

    private static void CheckIsolation(CheckedContainer who, NewContainer request, HealthCheck? health)
    {
        Require(who, "Isolation", Enum.IsDefined(request.Isolation), $"this agent knows no isolation {request.Isolation}", "New-Container -Isolation Application");
        Require(who, "UserNamespace", !HasHostIds(request.Isolation) || request.UserNamespace != ContainerUserNamespace.Private, "as a chroot or a jail it has the host's ids", "New-Container -Isolation Application");
        if (request.Isolation == ContainerIsolation.Chroot)
        {
            CheckChroot(who, request);
        }
        else if (IsSystem(request))
        {
            CheckSystem(who, request);
        }
        else if (request.Isolation == ContainerIsolation.VM && MachineCheck.WhatIsWrong(request, request.Health ?? health) is { } wrong)
        {
            throw Wrong(who, wrong.Parameter, wrong.Cause, wrong.Action);
        }
    }

    // What it has not of its own cannot be set for it: it would be the host's.
    private static void CheckChroot(CheckedContainer who, NewContainer request)
    {
        Require(who, "HostName", request.HostName is null, "with nothing but a root of its own it has the host's name", JailAction);
        Require(who, "Sysctl", request.Sysctls.Count == 0, "with nothing but a root of its own its kernel settings would be the host's", JailAction);
        Require(who, "Init", !request.Init, "with nothing but a root of its own it has no first process that others are left to", JailAction);
    }

    // An init has what would be root's on the host, were its ids the host's.
    private static void CheckSystem(CheckedContainer who, NewContainer request)
    {
        const string Action = "New-Container -System -Image debian-system";
        Require(who, "System", !request.Privileged && request.UserNamespace != ContainerUserNamespace.Host, "its init has rights over its own namespaces that the host's ids, or -Privileged, would make rights over the host", Action);
        Require(who, "System", !request.Init, "its first process would be the agent's init, and it has one of its own", Action);
        Require(who, "System", ContainerUser.IsRoot(request.User ?? ""), $"its init has to be root in it, not '{request.User}'", Action);
    }

    // What only a network of its own can give; the network itself looks at the rest.
    private static void CheckNetwork(CheckedContainer who, NewContainer request, string? builtIn)
    {
        Require(who, "Network", builtIn is null || request.AdditionalNetworks.Length == 0, $"in the network '{builtIn}' it cannot be in others too", "New-Container -Network lan, dmz");
        Require(who, "Network", !request.AdditionalNetworks.Any(IsBuiltIn), "in several networks it can be of those that New-VirtNetwork has made", "New-Container -Network lan, dmz");
        Require(who, "IPAddress", builtIn is null || request.IPAddresses.Length == 0, $"in the network '{builtIn}' it cannot be given an address", "New-Container -Network lan -IPAddress 10.144.0.20");
        Require(who, "Publish", builtIn is null || request.Publish.Length == 0, $"in the network '{builtIn}' it has no ports to publish{(builtIn == ContainerNetwork.Host ? ", they are the host's already" : "")}", "New-Container -Network lan -Publish 8080:80");
        Require(who, "AllowFrom", request.AllowFrom.Length == 0 || request.Publish.Length > 0, "there are no published ports that somebody could come to", "New-Container -Network lan -Publish 8080:80 -AllowFrom 10.0.0.0/8");
        Require(who, "Dns", request.Dns.Length + request.DnsSearch.Length + request.DnsOptions.Length == 0 || builtIn != ContainerNetwork.None, "without a network it asks nobody for names", "New-Container -Network lan -Dns 192.0.2.53");
        foreach (var server in request.Dns)
        {
            Require(who, "Dns", IPAddress.TryParse(server, out _), $"'{server}' is no address of a name server", "New-Container -Network lan -Dns 192.0.2.53");
        }

        Require(who, "DnsSearch", request.DnsSearch.All(static d => d.Length is > 0 and < 254 && d.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')), "a domain to search holds letters, digits, dots and dashes", "New-Container -Network lan -DnsSearch example.org");
    }

    /// <summary>True where it is not a network of the user's.</summary>
    public static bool IsBuiltIn(string network) => ContainerNetwork.All.Contains(network, StringComparer.OrdinalIgnoreCase);

    /// <summary>The host's folders and files must be there, and be such that the container can have them.</summary>
    /// <param name="verb">What is to be done with the container.</param>
    /// <param name="name">Its name.</param>
    /// <param name="spec">The container.</param>
    /// <exception cref="VirtException">NotFound; InvalidArgument: a device; NotSupported: what a virtual machine cannot have.</exception>
    public static void CheckVolumes(string verb, string name, ContainerSpec spec)
    {
        foreach (var volume in spec.Volumes.Where(static v => !Directory.Exists(v.Source)))
        {
            CheckFile(verb, name, spec, volume);
        }
    }

    private static void CheckFile(string verb, string name, ContainerSpec spec, ContainerVolume volume)
    {
        using var file = FileHandles.TryOpenPlace(volume.Source) ?? throw new VirtException(
            ErrorCode.NotFound, "VolumeFolderNotFound", $"Cannot {verb} container '{name}': the host has neither a folder nor a file '{volume.Source}' for its volume '{volume}'.", volume.Source, $"mkdir -p '{volume.Source}'");
        // The mount does not let devices be opened.
        if (DeviceNode.Read(volume.Source) is not null && !spec.Privileged)
        {
            throw new VirtException(
                ErrorCode.InvalidArgument, "InvalidVolume", $"Cannot {verb} container '{name}': '{volume.Source}' is a device, which as a volume it could not open.", volume.Source, $"New-Container -Image {spec.Image} -Device {volume.Source}:{volume.Target}");
        }

        // Of a socket or a pipe virtiofs shows the name: who is at its other end is in another kernel.
        if (spec.IsMachine && !InsideRoot.IsFile(FileHandles.ModeOf(file)))
        {
            throw new VirtException(
                ErrorCode.NotSupported, "VolumeNotForMachine", $"Cannot {verb} container '{name}': '{volume.Source}' is neither a folder nor a file with content, and leads nowhere from a virtual machine of its own.", volume.Source, $"New-Container -Image {spec.Image} -Isolation Application -Volume '{volume}'");
        }
    }

    public static bool IsPlainPath(string path) => path.StartsWith('/') && NoZero(path) && !path.Split('/').Contains("..");

    private static bool NoZero(string text) => !text.Contains('\0');

    /// <summary>Both, the second's values over the first's.</summary>
    public static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> first, IReadOnlyDictionary<string, string> second)
    {
        var all = new Dictionary<string, string>(first, StringComparer.Ordinal);
        foreach (var (key, value) in second)
        {
            all[key] = value;
        }

        return all;
    }

    private static void Require(CheckedContainer who, string parameter, bool condition, string cause, string action)
    {
        if (!condition)
        {
            throw Wrong(who, parameter, cause, action);
        }
    }

    /// <summary>What to say of a setting that cannot be.</summary>
    public static VirtException Wrong(CheckedContainer who, string parameter, string cause, string action) =>
        new(ErrorCode.InvalidArgument, "Invalid" + parameter, $"Cannot {who.Verb} container '{who.Name}': {cause}.", who.Name, who.Action(action));
}
