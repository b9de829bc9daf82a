using System;
using MessagePack;

namespace Virt;

/// <summary>Which updates wait for a workload.</summary>
[MessagePackObject]
public sealed partial record PatchStatus
{
    /// <summary>What it is.</summary>
    [Key(0)]
    public WorkloadKind Kind { get; set; }

    /// <summary>Its id.</summary>
    [Key(1)]
    public Guid Id { get; set; }

    /// <summary>Its name.</summary>
    [Key(2)]
    public string Name { get; set; } = "";

    /// <summary>Such as <c>apt</c>; empty where none was found.</summary>
    [Key(3)]
    public string PackageManager { get; set; } = "";

    /// <summary>What waits.</summary>
    [Key(4)]
    public PatchPackage[] Packages { get; set; } = [];

    /// <summary>True where the guest says that it needs a reboot because of what was installed before.</summary>
    [Key(5)]
    public bool RebootRequired { get; set; }

    /// <summary>When it was last patched by Virt; null: never.</summary>
    [Key(6)]
    public DateTimeOffset? LastPatchTime { get; set; }

    /// <summary>Why the updates could not be read; empty where they were.</summary>
    [Key(7)]
    public string Problem { get; set; } = "";

    /// <summary>When it was looked at.</summary>
    [Key(8)]
    public DateTimeOffset CheckTime { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>How many packages wait.</summary>
    public int PendingCount => Packages.Length;

    /// <summary>How many of them come from a security archive.</summary>
    public int SecurityCount
    {
        get
        {
            var count = 0;
            foreach (var package in Packages)
            {
                count += package.IsSecurity ? 1 : 0;
            }

            return count;
        }
    }

    /// <summary>The workload's name.</summary>
    public override string ToString() => Name;
}
