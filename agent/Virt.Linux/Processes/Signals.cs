namespace Virt.Linux.Processes;

/// <summary>Signals by number, the same on x86-64 and arm64 (signal(7)), and this process's own dispositions.</summary>
public static class Signals
{
    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    private const int ChildEnded = 17;

    /// <summary>Must be the first thing in Main: a parent that ignored SIGCHLD hands that on, and then every exit code is lost.</summary>
    public static void ResetChildEnded() => Libc.signal(ChildEnded, 0);
}
