using System;
using MessagePack;

namespace Virt.Protocol;

/// <summary>Changes the memory of a machine. What is null stays as it is. What a machine that runs cannot be given waits for its next start.</summary>
[MessagePackObject]
public sealed partial record SetVMMemory
{
    /// <summary>The machine's id; all zeros: by name.</summary>
    [Key(0)]
    public Guid Id { get; set; }

    /// <summary>Its name, for the lookup or for the error's text.</summary>
    [Key(1)]
    public string Name { get; set; } = "";

    /// <summary>32 MB to the host's memory. A machine that runs gets more at once, in steps of 128 MB, where it was started with room for it.</summary>
    [Key(2)]
    public long? StartupBytes { get; set; }

    /// <summary>How much it can come to have while it runs; 0: what it was started with. Waits for the next start.</summary>
    [Key(3)]
    public long? MaximumBytes { get; set; }

    /// <summary>What pages of the host it is made of. Waits for the next start.</summary>
    [Key(4)]
    public VMBackingPageSize? BackingPageSize { get; set; }
}
