using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using Virt.Agent.Common;
using Virt.Linux.Capabilities;
using Virt.Linux.Devices;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

internal static partial class NewContainerCheck
{
    // As systemd gives its services.
    private static readonly TimeSpan SystemStopTimeout = TimeSpan.FromSeconds(90);
    private const string SharesAction = "New-Container -CpuShares 512";

    // What has a namespace (Documentation/admin-guide/sysctl): anything else would change the host, which the kernel lets nobody in a container do.
    private static readonly string[] IpcSettings = ["kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"];

    private static ContainerSpec WithSettings(CheckedContainer who, NewContainer request, ContainerBase source, ContainerSpec spec)
    {
        var signal = request.StopSignal is null ? IsSystem(request) ? Signals.Halt : ImageSignal(source) : Signals.Parse(request.StopSignal);
        Require(who, "StopSignal", signal > 0, $"there is no signal '{request.StopSignal}'", "New-Container -StopSignal SIGINT");
        Require(who, "StopTimeout", request.StopTimeout is null || request.StopTimeout >= TimeSpan.Zero, "it would be killed before it was asked to end", "New-Container -StopTimeoutSeconds 10");
        Require(who, "OutOfMemoryScore", request.OutOfMemoryScore is >= -1000 and <= 1000, $"{request.OutOfMemoryScore} is no score: -1000 to 1000 are", "New-Container -OutOfMemoryScore 500");
        Require(who, "CpuShares", request.CpuShares is null or (>= 2 and <= 262144), $"it would have {request.CpuShares} shares of the CPUs; 2 to 262144 can be", SharesAction);
        Require(who, "CpuSet", request.CpuSet is null || IsCpuSet(request.CpuSet), $"'{request.CpuSet}' is no set of CPUs; '0-1,3' is", "New-Container -CpuSet 0-1");
        Require(who, "SwapBytes", request.SwapBytes is null or >= 0 && (request.SwapBytes is null || request.MemoryBytes is not null), "swap is limited beside memory only", "New-Container -MemoryBytes 512MB -SwapBytes 512MB");
        Require(who, "ReservedMemoryBytes", request.ReservedMemoryBytes is null or >= LeastMemory, $"{request.ReservedMemoryBytes} bytes of memory cannot be reserved; 4 MB is the least", "New-Container -ReservedMemoryBytes 64MB");
        Require(who, "ReservedMemoryBytes", request.ReservedMemoryBytes is null || request.MemoryBytes is null || request.ReservedMemoryBytes <= request.MemoryBytes, $"{request.ReservedMemoryBytes} bytes of memory would be reserved for it, and it may have {request.MemoryBytes}", "New-Container -MemoryBytes 512MB -ReservedMemoryBytes 256MB");
        Require(who, "ShmBytes", request.ShmBytes is null or >= 4096, $"/dev/shm would have {request.ShmBytes} bytes; 4096 is the least", "New-Container -ShmBytes 64MB");
        Require(who, "LogBytes", request.LogBytes is null or >= 4096, $"its log would have {request.LogBytes} bytes; 4096 is the least", "New-Container -LogBytes 16MB");
        Require(who, "RestartMaximum", request.RestartMaximum >= 0, $"it would be started again {request.RestartMaximum} times", "New-Container -RestartPolicy OnFailure -RestartMaximum 5");
        Require(who, "RestartMaximum", request.RestartMaximum == 0 || request.RestartPolicy != RestartPolicy.Never, $"it would be started again {request.RestartMaximum} times at most, and its restart policy is Never", "New-Container -RestartPolicy OnFailure -RestartMaximum 5");
        Require(who, "After", !request.After.Contains(who.Name, StringComparer.OrdinalIgnoreCase), "it cannot be started after itself", "New-Container -After db");
        Require(who, "RestartPolicy", request.RestartPolicy != RestartPolicy.OnUnhealthy || (request.Health ?? source.Health) is not null, "nothing is asked by which it could become unhealthy", "New-Container -RestartPolicy OnUnhealthy -HealthTcp 80");
        Require(who, "RemoveOnExit", !request.RemoveOnExit || request.RestartPolicy == RestartPolicy.Never, $"it would be removed when it has ended, and started again ({request.RestartPolicy}) too", "New-Container -RemoveOnExit -RestartPolicy Never");
        Require(who, "BlockIOWeight", request.BlockIOWeight is null or (>= 10 and <= 1000), $"its share of the disks would be {request.BlockIOWeight}; 10 to 1000 can be", "New-Container -BlockIOWeight 100");
        Require(who, "Entrypoint", request.Entrypoint.All(NoZero), "its entry point holds a zero byte", "New-Container -Entrypoint /bin/sh");
        CheckSysctls(who, request);
        RequireWords(who, "DnsOption", request.DnsOptions, "New-Container -Network lan -DnsOption timeout:2");
        RequireWords(who, "AdditionalGroup", request.AdditionalGroups, "New-Container -AdditionalGroup video");
        var result = spec with
        {
            StopSignal = signal,
            StopTimeout = request.StopTimeout ?? (IsSystem(request) ? SystemStopTimeout : spec.StopTimeout),
            Tmpfs = Each(who, "Tmpfs", request.Tmpfs, ContainerTmpfs.Parse, "New-Container -Tmpfs /run:size=64m"),
            Devices = Each(who, "Device", request.Devices, ContainerDevice.Parse, "New-Container -Device /dev/fuse"),
            Capabilities = CapabilitiesOf(who, request),
            AllowNewPrivileges = request.AllowNewPrivileges || IsSystem(request),
            Ulimits = Each(who, "Ulimit", request.Ulimits, ContainerUlimit.Parse, "New-Container -Ulimit nofile=1024:4096"),
            Sysctls = request.Sysctls,
            AdditionalGroups = request.AdditionalGroups,
            ExtraHosts = Each(who, "ExtraHost", request.ExtraHosts, ParseHost, "New-Container -ExtraHost db:10.0.0.7").ConvertAll(static pair => pair!.Value),
            OutOfMemoryScore = request.OutOfMemoryScore,
            CpuSet = request.CpuSet,
            CpuShares = request.CpuShares,
            SwapBytes = request.SwapBytes,
            ReservedMemoryBytes = request.ReservedMemoryBytes,
            ShmBytes = request.ShmBytes,
            LogBytes = request.LogBytes,
            RestartPolicy = request.RestartPolicy,
            RestartMaximum = request.RestartMaximum,
            After = request.After,
            Init = request.Init,
            RemoveOnExit = request.RemoveOnExit,
            Health = HealthOf(who, request.Health) ?? source.Health,
            BlockIOWeight = request.BlockIOWeight,
            BlockIO = Each(who, "BlockIO", request.BlockIO, ContainerBlockLimit.Parse, "New-Container -BlockIO /dev/sda:read=10MB"),
        };
        return result;
    }

    private static void RequireWords(CheckedContainer who, string parameter, string[] texts, string action)
    {
        var bad = texts.FirstOrDefault(static t => t.Length == 0 || t.Any(static c => char.IsWhiteSpace(c) || c == '\0'));
        Require(who, parameter, bad is null, $"'{bad}' is no word", action);
    }

    // What an image says that this host does not know is passed over, as it would be by others.
    private static int ImageSignal(ContainerBase source) => source.StopSignal is { } text && Signals.Parse(text) is > 0 and var signal ? signal : Signals.Terminate;

    private static HealthCheck? HealthOf(CheckedContainer who, HealthCheck? check)
    {
        if (check is null)
        {
            return null;
        }

        if (HealthRules.WhatIsWrong(check) is { } wrong)
        {
            throw Wrong(who, wrong.Parameter, wrong.Why, "New-Container " + wrong.Action);
        }

        return check;
    }

    /// <summary>The host's devices must be there.</summary>
    /// <param name="verb">What is to be done with the container.</param>
    /// <param name="name">Its name.</param>
    /// <param name="spec">The container.</param>
    /// <exception cref="VirtException">NotFound.</exception>
    public static void CheckDevices(string verb, string name, ContainerSpec spec)
    {
        var missing = spec.Devices.Select(static d => d.Source).FirstOrDefault(static path => DeviceNode.Read(path) is null)
            ?? spec.BlockIO.Select(static b => b.Device).FirstOrDefault(static path => DeviceNode.Read(path) is not { IsBlock: true });
        if (missing is not null)
        {
            throw new VirtException(ErrorCode.NotFound, "DeviceNotFound", $"Cannot {verb} container '{name}': the host has no device '{missing}'.", missing, $"Get-Item {missing}");
        }
    }

    private delegate T? Parser<T>(string text, out string cause);

    private static List<T> Each<T>(CheckedContainer who, string parameter, string[] texts, Parser<T> parse, string action)
    {
        var all = new List<T>(texts.Length);
        foreach (var text in texts)
        {
            all.Add(parse(text, out var cause) is { } value && cause.Length == 0 ? value : throw Wrong(who, parameter, cause, action));
        }

        return all;
    }

    private static KeyValuePair<string, string>? ParseHost(string text, out string cause)
    {
        var colon = text.IndexOf(':');
        var host = colon < 0 ? "" : text[..colon];
        var isGood = host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_') && IPAddress.TryParse(text[(colon + 1)..], out _);
        cause = isGood ? "" : $"'{text}' is not a name and its address, as 'db:10.0.0.7' is";
        return isGood ? new KeyValuePair<string, string>(host, text[(colon + 1)..]) : null;
    }

    private static ulong? CapabilitiesOf(CheckedContainer who, NewContainer request)
    {
        if (request.AddCapability.Length == 0 && request.DropCapability.Length == 0)
        {
            return null;
        }

        var dropped = Bits(request.DropCapability);
        var kept = request.Privileged ? CapabilitySet.All : IsSystem(request) ? CapabilitySet.System : CapabilitySet.Default;
        // As docker: who drops all and adds some has those; who names one on both sides has it not, unless all others were meant.
        return request.DropCapability.Any(IsAll) ? Bits(request.AddCapability) : (kept | Bits(request.AddCapability)) & ~dropped;

        ulong Bits(string[] names)
        {
            try
            {
                return names.Aggregate(0UL, static (bits, one) => bits | (IsAll(one) ? CapabilitySet.All : CapabilitySet.Parse(one)));
            }
            catch (ArgumentException)
            {
                var unknown = names.First(static one => !IsAll(one) && !CapabilitySet.IsKnown(one));
                throw Wrong(who, "Capability", $"there is no capability '{unknown}'", "New-Container -AddCapability NET_ADMIN");
            }
        }

        static bool IsAll(string one) => one.Equals("ALL", StringComparison.OrdinalIgnoreCase);
    }

    private static void CheckSysctls(CheckedContainer who, NewContainer request)
    {
        foreach (var (key, value) in request.Sysctls)
        {
            var isOfNetwork = key.StartsWith("net.", StringComparison.Ordinal);
            var isOwn = isOfNetwork || key.StartsWith("fs.mqueue.", StringComparison.Ordinal) || IpcSettings.Contains(key);
            Require(who, "Sysctl", isOwn && !key.Contains("..", StringComparison.Ordinal) && !key.Contains('/') && !value.AsSpan().ContainsAny('\0', '\n', '\r'), $"the setting '{key}' is not one of a container's own namespaces", "New-Container -Sysctl @{ 'net.core.somaxconn' = '1024' }");
            Require(who, "Sysctl", !isOfNetwork || !ContainerNetwork.Host.Equals(request.Network, StringComparison.OrdinalIgnoreCase), $"in the host's network the setting '{key}' would be the host's", "New-Container -Network none");
        }
    }

    private static bool IsCpuSet(string text) =>
        text.Split(',').All(static part => part.Split('-') is { Length: 1 or 2 } ends && ends.All(static end => ushort.TryParse(end, out _)));
}
