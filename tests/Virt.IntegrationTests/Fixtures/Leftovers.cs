using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.NetworkInformation;
using Virt.Agent.Common;

namespace Virt.IntegrationTests.Fixtures;

/// <summary>What the machine has that a test could leave behind: mounts, control groups, links.</summary>
internal sealed class Leftovers
{
    private readonly SortedSet<string> items;

    private Leftovers(IEnumerable<string> items) => this.items = new SortedSet<string>(items, StringComparer.Ordinal);

    /// <param name="stateFolder">The state folder of the agent whose control groups are looked for; empty: there is none. Other runs on the machine have theirs.</param>
    public static Leftovers Now(string stateFolder = "") => new([.. Mounts(), .. stateFolder.Length > 0 ? ControlGroups(stateFolder) : [], .. Links()]);

    /// <summary>True where nothing has come since; what others have taken away does not matter.</summary>
    public bool IsSame(Leftovers after) => after.items.IsSubsetOf(items);

    public string Difference(Leftovers after) => string.Join(", ", after.items.Except(items, StringComparer.Ordinal));

    private static IEnumerable<string> Mounts() => File.ReadLines("/proc/self/mountinfo").Select(line => "mount " + line.Split(' ')[4]);

    private static IEnumerable<string> ControlGroups(string stateFolder) =>
        Directory.EnumerateDirectories("/sys/fs/cgroup", CgroupName.OfAgent(stateFolder) + "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true })
            .Select(path => "cgroup " + path);

    private static IEnumerable<string> Links() => NetworkInterface.GetAllNetworkInterfaces().Select(link => "link " + link.Name);
}
