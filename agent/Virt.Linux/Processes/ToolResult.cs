using System.Text;

namespace Virt.Linux.Processes;

/// <summary>What a tool did.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Output">All of its standard output.</param>
/// <param name="Error">All of its standard error.</param>
public sealed record ToolResult(ExitStatus Status, byte[] Output, byte[] Error)
{
    /// <summary>The exit code; 128 + n where signal n ended it.</summary>
    public int ExitCode => Status.Code ?? -1;

    /// <summary>Standard output as UTF-8 text.</summary>
    public string OutputText => Encoding.UTF8.GetString(Output);

    /// <summary>Standard error as UTF-8 text.</summary>
    public string ErrorText => Encoding.UTF8.GetString(Error);
}
