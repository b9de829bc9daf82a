namespace Virt.Agent.Images;

/// <summary>A disk that an image has beside its first.</summary>
public sealed record VmImageDisk
{
    /// <summary>A qcow2 file, relative to the image's folder.</summary>
    public string File { get; set; } = "";

    /// <summary>What a guest sees it behind.</summary>
    public VMControllerType Controller { get; set; }

    /// <summary>Guests only read it: all machines have this one file.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Checkpoints of machines leave it as it is.</summary>
    public bool IsIndependent { get; set; }
}
