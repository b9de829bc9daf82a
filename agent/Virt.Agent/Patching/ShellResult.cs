namespace Virt.Agent.Patching;

/// <summary>How a program inside a workload ended, and what it wrote.</summary>
/// <param name="ExitCode">Its exit code; 128 + the signal where a signal ended it.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ShellResult(int ExitCode, string Output, string Error)
{
    /// <summary>Exit code 0.</summary>
    public bool IsGood => ExitCode == 0;

    /// <summary>Everything it wrote, for a reader.</summary>
    public string All => Error.Length == 0 ? Output : Output.Length == 0 ? Error : $"{Output.TrimEnd('\n')}\n{Error}";
}
