namespace Virt;

/// <summary>Where a line was written to.</summary>
public enum LogStream
{
    /// <summary>Standard output.</summary>
    Stdout = 0,

    /// <summary>Standard error.</summary>
    Stderr = 1,
}
