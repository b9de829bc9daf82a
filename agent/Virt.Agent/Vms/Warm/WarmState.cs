using System;
using System.IO;
using System.Text.Json.Serialization;

namespace Virt.Agent.Vms.Warm;

/// <summary>A booted state that new machines start from, as its <c>warm.json</c> describes it.</summary>
internal sealed record WarmState
{
    /// <summary>Its name, and its folder's.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it fits.</summary>
    public required WarmShape Shape { get; init; }

    /// <summary>What its guest has told of itself.</summary>
    public required WarmGuest Guest { get; init; }

    /// <summary>The versioned machine type that wrote it, such as <c>pc-q35-7.2</c>.</summary>
    public required string MachineType { get; init; }

    /// <summary>How long the file of its memory is.</summary>
    public required long MemoryFileBytes { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Where its files are; not stored.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = "";

    /// <summary>The disk as it was when the memory was written; nobody writes to it.</summary>
    [JsonIgnore]
    public string Disk => Path.Combine(Folder, WarmStore.DiskName);

    /// <summary>The memory and the devices; root's alone.</summary>
    [JsonIgnore]
    public string Memory => Path.Combine(Folder, WarmStore.MemoryName);

    /// <summary>The UEFI variables, where there are any.</summary>
    [JsonIgnore]
    public string Nvram => Path.Combine(Folder, WarmStore.NvramName);
}
