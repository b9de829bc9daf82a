using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.NetworkInformation;

namespace Virt.IntegrationTests.Fixtures;

/// <summary>What the machine has that a test could leave behind: mounts, control groups, links.</summary>
internal sealed class Leftovers
{
    private readonly SortedSet<string> items;

    private Leftovers(IEnumerable<string> items) => this.items = new SortedSet<string>(items, StringComparer.Ordinal);

    public static Leftovers Now() => new([.. Mounts(), .. ControlGroups(), .. Links()]);

    /// <summary>True where nothing has come since; what others have taken away does not matter.</summary>
    public bool IsSame(Leftovers after) => after.items.IsSubsetOf(items);

    public string Difference(Leftovers after) => string.Join(", ", after.items.Except(items, StringComparer.Ordinal));

    private static IEnumerable<string> Mounts() => File.ReadLines("/proc/self/mountinfo").Select(line => "mount " + line.Split(' ')[4]);

    // Only our own names: others make control groups of their own meanwhile.
    private static IEnumerable<string> ControlGroups() =>
        Directory.EnumerateDirectories("/sys/fs/cgroup", "virt*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true })
            .Select(path => "cgroup " + path);

    private static IEnumerable<string> Links() => NetworkInterface.GetAllNetworkInterfaces().Select(link => "link " + link.Name);
}
