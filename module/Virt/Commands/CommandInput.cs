using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Virt.Commands;

/// <summary>Standard input of a command: a string is a line of text, bytes go as they are.</summary>
public sealed class CommandInput
{
    /// <summary>A line of text; it gets its line end.</summary>
    public CommandInput(string text) => Bytes = Encoding.UTF8.GetBytes(text + "\n");

    /// <summary>Bytes as they are.</summary>
    public CommandInput(byte[] bytes) => Bytes = bytes;

    /// <summary>A machine to run the command in: in <c>Get-VM web* | Invoke-VMCommand -- uname -a</c> the first word is no name.</summary>
    public CommandInput(VM machine) => Workload = machine;

    /// <summary>A container to run the command in.</summary>
    public CommandInput(Container container) => Workload = container;

    internal byte[] Bytes { get; } = [];

    internal object? Workload { get; }

    /// <summary>All of them, one behind the other.</summary>
    internal static CommandInput Join(IEnumerable<CommandInput> items)
    {
        using var joined = new MemoryStream();
        foreach (var item in items)
        {
            joined.Write(item.Bytes, 0, item.Bytes.Length);
        }

        return new CommandInput(joined.ToArray());
    }
}
