using System;
using System.Globalization;

namespace Virt.Linux.Processes;

/// <summary>Signals by number, the same on x86-64 and arm64 (signal(7)), and this process's own dispositions.</summary>
public static class Signals
{
    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>SIGRTMIN+3, by which systemd shuts down (systemd(1), Signals).</summary>
    public const int Halt = 37;

    private const int ChildEnded = 17;

    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP",
        "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Reads a signal's name, with or without <c>SIG</c> and in any case, <c>RTMIN+3</c>, or its number.</summary>
    /// <returns>0: there is none.</returns>
    public static int Parse(string text)
    {
        const int First = 34, Last = 64; // SIGRTMIN and SIGRTMAX of libc
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number is > 0 and <= Last ? number : 0;
        var name = (text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text).ToUpperInvariant();
        if (name.StartsWith("RTMIN", StringComparison.Ordinal) || name.StartsWith("RTMAX", StringComparison.Ordinal))
        {
            var start = name[2] == 'M' && name[4] == 'N' ? First : Last;
            return name.Length == 5 ? start : int.TryParse(name[5..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var offset) && start + offset is >= First and <= Last ? start + offset : 0;
        }
        return name.Length == 0 ? 0 : Math.Max(0, Array.IndexOf(Names, name));
    }

    /// <summary>The signal's name, such as <c>SIGTERM</c>.</summary>
    public static string Format(int number) => number > 0 && number < Names.Length ? "SIG" + Names[number] : number is >= 34 and <= 64 ? FormattableString.Invariant($"SIGRTMIN+{number - 34}") : FormattableString.Invariant($"{number}");

    /// <summary>Must be the first thing in Main: a parent that ignored SIGCHLD hands that on, and then every exit code is lost.</summary>
    public static void ResetChildEnded() => Libc.signal(ChildEnded, 0);
}
