using System;
using System.Linq;

namespace Virt.Session;

/// <summary>The words of table cells; Virt.Format.ps1xml calls it.</summary>
public static class TableText
{
    /// <summary>A size in the unit that needs the fewest digits, such as 1.5 GB.</summary>
    public static string Size(long bytes) => bytes switch
    {
        >= 1L << 40 => $"{bytes / (double)(1L << 40):0.#} TB",
        >= 1L << 30 => $"{bytes / (double)(1L << 30):0.#} GB",
        >= 1L << 20 => $"{bytes / (double)(1L << 20):0.#} MB",
        _ => $"{bytes / 1024.0:0.#} KB",
    };

    /// <summary>How long something has run; nothing where it does not.</summary>
    public static string Duration(TimeSpan time) =>
        time <= TimeSpan.Zero ? "" : time.TotalDays >= 1 ? $"{(int)time.TotalDays}d {time:hh\\:mm}" : $"{time:hh\\:mm\\:ss}";

    /// <summary>When a container is started again, such as Restarting in 4 s.</summary>
    public static string NextStart(DateTimeOffset time) =>
        time - DateTimeOffset.UtcNow is var left && left > TimeSpan.Zero ? $"Restarting in {Math.Ceiling(left.TotalSeconds):0} s" : "Restarting";

    /// <summary>How busy a machine is, in percent of one CPU, and how much memory of its host it uses, such as 12%/184 MB; nothing where it does not run.</summary>
    public static string Load(VM vm) =>
        vm.UsedMemoryBytes is not { } memory ? "" : $"{(vm.CpuPercent is { } percent ? $"{percent:0}%" : "-")}/{Size(memory)}";

    /// <summary>What a command wrote, as a terminal shows it, and how it ended where that was not well.</summary>
    public static string Output(CommandResult result) => string.Join(
        Environment.NewLine,
        new[] { result.Output, result.ErrorOutput.TrimEnd(), result.ExitCode == 0 ? "" : $"[{result.Name}: exit code {result.ExitCode}]" }.Where(text => text.Length > 0));
}
