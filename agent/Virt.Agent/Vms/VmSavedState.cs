namespace Virt.Agent.Vms;

/// <summary>A machine's memory on the disk, while it is written and afterwards (<see cref="VmFolder.SavedFile"/>); stored as JSON.</summary>
public sealed record VmSavedState
{
    /// <summary>The versioned machine type that wrote it, such as <c>pc-q35-7.2</c>.</summary>
    public string MachineType { get; init; } = "";

    /// <summary><c>kvm</c> or <c>tcg</c>.</summary>
    public string Accelerator { get; init; } = "";

    /// <summary>The guest stood still already when it was to be saved.</summary>
    public bool WasPaused { get; init; }
}
