namespace Virt;

/// <summary>Where a line was written to.</summary>
public enum LogStream
{
    /// <summary>Standard output.</summary>
    Stdout = 0,

    /// <summary>Standard error.</summary>
    Stderr = 1,

    /// <summary>To neither: lines may be missing here, and the line says why. Get-ContainerLog makes a warning of it.</summary>
    Lost = 2,
}
