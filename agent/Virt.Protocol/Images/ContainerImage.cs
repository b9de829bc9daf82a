using System;
using System.Collections.Generic;
using MessagePack;

namespace Virt;

/// <summary>An image that containers are made from.</summary>
[MessagePackObject]
public sealed partial record ContainerImage
{
    /// <summary>Its name, as <c>-Image</c> takes it.</summary>
    [Key(0)]
    public string Name { get; set; } = "";

    /// <summary>What it holds.</summary>
    [Key(1)]
    public string Description { get; set; } = "";

    /// <summary><c>x64</c> or <c>arm64</c>.</summary>
    [Key(2)]
    public string Architecture { get; set; } = "";

    /// <summary>Bytes on disk.</summary>
    [Key(3)]
    public long SizeBytes { get; set; }

    /// <summary>What a container runs when it is not told otherwise.</summary>
    [Key(4)]
    public string[] Command { get; set; } = [];

    /// <summary>Variables that every container of it gets.</summary>
    [Key(5)]
    public Dictionary<string, string> Environment { get; set; } = [];

    /// <summary>Made of its digest, or of its folder's path: the same as long as the image is.</summary>
    [Key(6)]
    public Guid Id { get; set; }

    /// <summary>The digest of its manifest; empty for a folder of files.</summary>
    [Key(7)]
    public string Digest { get; set; } = "";

    /// <summary>The digest of what its name stands for at its registry: that of an index, or the manifest's.</summary>
    [Key(8)]
    public string IndexDigest { get; set; } = "";

    /// <summary>Its name without the tag.</summary>
    [Key(9)]
    public string Repository { get; set; } = "";

    /// <summary>Its tag; empty where it was named by a digest, or is a folder of files.</summary>
    [Key(10)]
    public string Tag { get; set; } = "";

    /// <summary>When it was made; null where its maker does not say.</summary>
    [Key(11)]
    public DateTimeOffset? CreationTime { get; set; }

    /// <summary>When it came to this host.</summary>
    [Key(12)]
    public DateTimeOffset? AddedTime { get; set; }

    /// <summary>What machine it is for: <c>linux/amd64</c>.</summary>
    [Key(13)]
    public string Platform { get; set; } = "";

    /// <summary>What machines its name has images for, where it came from.</summary>
    [Key(14)]
    public string[] Platforms { get; set; } = [];

    /// <summary>What its maker says of it.</summary>
    [Key(15)]
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>What runs before the command.</summary>
    [Key(16)]
    public string[] Entrypoint { get; set; } = [];

    /// <summary>As whom its containers run; empty: root.</summary>
    [Key(17)]
    public string User { get; set; } = "";

    /// <summary>Where its containers run.</summary>
    [Key(18)]
    public string WorkingDirectory { get; set; } = "";

    /// <summary>Ports that its containers listen on: <c>80/tcp</c>.</summary>
    [Key(19)]
    public string[] ExposedPorts { get; set; } = [];

    /// <summary>Folders that its maker means to be volumes.</summary>
    [Key(20)]
    public string[] Volumes { get; set; } = [];

    /// <summary>What asks its containers to end; empty: SIGTERM.</summary>
    [Key(21)]
    public string StopSignal { get; set; } = "";

    /// <summary>The digests of its layers before compression, the lowest first.</summary>
    [Key(22)]
    public string[] Layers { get; set; } = [];

    /// <summary>The steps that made it, the first one first.</summary>
    [Key(23)]
    public ContainerImageStep[] History { get; set; } = [];

    /// <summary>The names of the containers that were made from it.</summary>
    [Key(24)]
    public string[] Containers { get; set; } = [];

    /// <summary>What the program that built it warned of, where it has just been made.</summary>
    [Key(25)]
    public string[] Warnings { get; set; } = [];

    /// <summary>The host it was read from, as the caller named it; set by the client.</summary>
    [IgnoreMember]
    public string ComputerName { get; set; } = "";

    /// <summary>The image's name.</summary>
    public override string ToString() => Name;
}
