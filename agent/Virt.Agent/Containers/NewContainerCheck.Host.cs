using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Virt.Linux.Processes;
using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <content>What this host has not, and what nothing could begin with: looked at where it is asked for, and not where it has been stored.</content>
internal static partial class NewContainerCheck
{
    // A start opens files of its own before the command has any.
    private const ulong LeastFiles = 32;

    /// <summary>This host's processors that are online (sysfs, Documentation/ABI/testing/sysfs-devices-system-cpu).</summary>
    public const string OnlineProcessors = "/sys/devices/system/cpu/online";

    /// <summary>The host must have the processors that are asked for, as many and the very ones.</summary>
    /// <param name="who">The container.</param>
    /// <param name="cpuCount">How many; null: that is not asked for.</param>
    /// <param name="cpuSet">Which; null: that is not asked for.</param>
    /// <param name="online">The host's, as in <see cref="OnlineProcessors"/>.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckProcessors(CheckedContainer who, double? cpuCount, string? cpuSet, string online)
    {
        var there = ProcessorsOf(online.Trim());
        if (there.Count == 0)
        {
            return;
        }

        Require(who, "CpuCount", cpuCount is not { } count || count <= there.Count, FormattableString.Invariant($"it would have {cpuCount} CPUs; the host has {there.Count}"), $"New-Container -CpuCount {there.Count}");
        var missing = string.IsNullOrEmpty(cpuSet) ? [] : ProcessorsOf(cpuSet).Where(number => !there.Contains(number)).ToList();
        Require(who, "CpuSet", missing.Count == 0, $"'{cpuSet}' holds the CPU {missing.FirstOrDefault()}; the host has '{online.Trim()}'", $"New-Container -CpuSet '{online.Trim()}'");
    }

    private static void CheckAsked(CheckedContainer who, double? cpuCount, string? cpuSet, string[] ulimits)
    {
        var few = Array.Find(ulimits, static text => ContainerUlimit.Parse(text, out _) is { } limit && limit.Resource == ResourceLimit.Find("nofile") && limit.Soft < LeastFiles);
        Require(who, "Ulimit", few is null, $"with the limit '{few}' no command could begin; nofile={LeastFiles} is the least", $"New-Container -Ulimit nofile={LeastFiles}");
        if ((cpuCount is not null || !string.IsNullOrEmpty(cpuSet)) && File.Exists(OnlineProcessors))
        {
            CheckProcessors(who, cpuCount, cpuSet, File.ReadAllText(OnlineProcessors));
        }
    }

    /// <summary>The host must have what a new container asks for.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckAsked(string name, NewContainer request) => CheckAsked(new CheckedContainer(name, IsChange: false), request.CpuCount, request.CpuSet, request.Ulimits);

    /// <summary>The host must have what a change asks for.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckAsked(string name, SetContainer request) => CheckAsked(new CheckedContainer(name, IsChange: true), request.CpuCount, request.CpuSet, request.Ulimits ?? []);

    // '0-1,3' as numbers. The form has been looked at.
    private static HashSet<int> ProcessorsOf(string list) =>
    [
        .. list.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static part => Array.ConvertAll(part.Split('-'), static end => int.Parse(end, CultureInfo.InvariantCulture)))
            .SelectMany(static ends => Enumerable.Range(ends[0], Math.Max(0, ends[^1] - ends[0] + 1))),
    ];
}
