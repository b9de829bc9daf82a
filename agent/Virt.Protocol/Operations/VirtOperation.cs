using System;
using MessagePack;

namespace Virt;

/// <summary>A piece of work that the agent does or has done.</summary>
[MessagePackObject]
public sealed partial record VirtOperation
{
    /// <summary>Its id.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>The method that it runs, such as <c>vm.start</c>.</summary>
    [Key(1)]
    public string Method { get; set; } = "";

    /// <summary>The name of what it works on.</summary>
    [Key(2)]
    public string Target { get; set; } = "";

    /// <summary>What has become of it.</summary>
    [Key(3)]
    public OperationState State { get; set; }

    /// <summary>What it does now, as a few words.</summary>
    [Key(4)]
    public string Activity { get; set; } = "";

    /// <summary>0 to 100; null where that is not known.</summary>
    [Key(5)]
    public int? PercentComplete { get; set; }

    /// <summary>When it began.</summary>
    [Key(6)]
    public DateTimeOffset StartTime { get; set; }

    /// <summary>When it ended; null while it runs.</summary>
    [Key(7)]
    public DateTimeOffset? EndTime { get; set; }

    /// <summary>The user who asked for it: a name, or a uid as digits.</summary>
    [Key(8)]
    public string StartedBy { get; set; } = "";

    /// <summary>Why it failed; null where it did not.</summary>
    [Key(9)]
    public string? ErrorMessage { get; set; }

    /// <summary>The failure's stable name.</summary>
    [Key(10)]
    public string? ErrorId { get; set; }

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The method and its target.</summary>
    public override string ToString() => $"{Method} {Target}";
}
