using System;
using System.Linq;

namespace Virt.Agent.Vms;

/// <summary>What QEMU writes to standard error before it gives up.</summary>
internal static class QemuWords
{
    /// <summary>Its last line without its own name and without the option that it is about; empty where it wrote none.</summary>
    public static string Last(string text)
    {
        var line = LastLine(text);

        // "qemu-system-x86_64: -blockdev driver=qcow2,…: Failed to get "write" lock"
        var words = line.StartsWith("qemu-system-", StringComparison.Ordinal) ? line[(line.IndexOf(' ') + 1)..] : line;
        return words.StartsWith('-') && words.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end ? words[(end + 2)..] : words;
    }

    /// <summary>The block device that its last line is about, by its node's name; null: it is about none.</summary>
    public static string? Node(string text)
    {
        const string Name = ",node-name=";
        var line = LastLine(text);
        return line.Contains(" -blockdev ", StringComparison.Ordinal) && line.IndexOf(Name, StringComparison.Ordinal) is > 0 and var at
            ? line[(at + Name.Length)..].Split(',', ':')[0]
            : null;
    }

    // The lock's error has a second line that only asks a question.
    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault(static l => !l.StartsWith("Is another process using", StringComparison.Ordinal)) ?? "";
}
