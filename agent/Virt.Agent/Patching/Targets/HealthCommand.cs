namespace Virt.Agent.Patching.Targets;

/// <summary>What a health command's end says.</summary>
internal static class HealthCommand
{
    /// <summary>Exit code 0 is healthy.</summary>
    public static HealthAnswer Read(string[] command, ShellResult result)
    {
        var line = OutputTail.LastLine(result.All);
        return result.IsGood
            ? new HealthAnswer(true, $"'{command[0]}' succeeds")
            : new HealthAnswer(false, $"'{command[0]}' ends with code {result.ExitCode}{(line.Length > 0 ? ": " + line : "")}");
    }
}
