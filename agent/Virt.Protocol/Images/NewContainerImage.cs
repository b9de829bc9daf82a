using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Makes an image. One of its sources is given.</summary>
[MessagePackObject]
public sealed partial record NewContainerImage
{
    /// <summary>What it is to be called.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>A folder, or a tar archive of one, that becomes its only layer.</summary>
    [Key(1)]
    public string Path { get; set; } = "";

    /// <summary>The container whose changes become a layer over its image; all zeros: by name, or none.</summary>
    [Key(2)]
    public Guid ContainerId { get; set; }

    /// <summary>Its name.</summary>
    [Key(3)]
    public string Container { get; set; } = "";

    /// <summary>A Containerfile that buildah builds.</summary>
    [Key(4)]
    public string Containerfile { get; set; } = "";

    /// <summary>The folder that it copies from.</summary>
    [Key(5)]
    public string Context { get; set; } = "";

    /// <summary>A distribution that mmdebstrap makes a root of: <c>bookworm</c>.</summary>
    [Key(6)]
    public string Distribution { get; set; } = "";

    /// <summary>Its packages beside the essential ones.</summary>
    [Key(7)]
    public string[] Packages { get; set; } = [];

    /// <summary>What its containers run when nothing is named; empty: as its source.</summary>
    [Key(8)]
    public string[] Command { get; set; } = [];

    /// <summary>What runs before the command; empty: as its source.</summary>
    [Key(9)]
    public string[] Entrypoint { get; set; } = [];

    /// <summary>Variables of its containers, over those of its source.</summary>
    [Key(10)]
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>What is said of it, over what its source says.</summary>
    [Key(11)]
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>As whom its containers run; empty: as its source.</summary>
    [Key(12)]
    public string User { get; set; } = "";

    /// <summary>Where its containers run; empty: as its source.</summary>
    [Key(13)]
    public string WorkingDirectory { get; set; } = "";

    /// <summary>Who made it.</summary>
    [Key(14)]
    public string Author { get; set; } = "";

    /// <summary>What its history says of it.</summary>
    [Key(15)]
    public string Comment { get; set; } = "";

    /// <summary>Where the distribution's packages come from: addresses, or lines of sources.list(5); none: the host's own sources, or the distribution's.</summary>
    [Key(16)]
    public string[] Mirrors { get; set; } = [];

    /// <summary>Components of the mirrors that are addresses; none: main.</summary>
    [Key(17)]
    public string[] Components { get; set; } = [];
}
