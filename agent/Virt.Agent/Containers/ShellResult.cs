namespace Virt.Agent.Containers;

/// <summary>How a command in a container ended, and what it wrote; of a lot, the beginning and the end.</summary>
/// <param name="ExitCode">Its exit code, 128 + n where signal n ended it.</param>
/// <param name="Output">Its standard output, as UTF-8.</param>
/// <param name="Error">Its standard error, as UTF-8.</param>
public sealed record ShellResult(int ExitCode, string Output, string Error);
