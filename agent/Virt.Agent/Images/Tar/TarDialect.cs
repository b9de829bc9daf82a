namespace Virt.Agent.Images.Tar;

/// <summary>How an archive says what a header has no room for.</summary>
public enum TarDialect
{
    /// <summary>By pax headers: POSIX.</summary>
    Pax,

    /// <summary>Long names by entries of GNU tar, which busybox reads too, as it does no pax headers. Nothing else has room.</summary>
    Gnu,
}
