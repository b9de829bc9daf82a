using System;
using System.Text;

namespace Virt.Agent.Images.Build;

/// <summary>Reads from mmdebstrap's words how far it has come.</summary>
/// <param name="report">Is told a step, and a percentage of the whole.</param>
internal sealed class BootstrapProgress(Action<string, int> report)
{
    // What mmdebstrap says when it begins a step, and about how much of a whole run lies before it.
    private static readonly (string Says, string Step, int Percent)[] Steps =
    [
        ("running apt-get update", "asking the mirrors for their packages", 2),
        ("downloading packages", "downloading packages", 8),
        ("extracting archives", "unpacking packages", 20),
        ("installing essential packages", "installing essential packages", 30),
        ("installing remaining packages", "installing packages", 45),
        ("running --customize-hook", "setting the system up", 85),
        ("cleaning package lists", "cleaning up", 95),
    ];

    private readonly StringBuilder line = new();

    /// <summary>Takes the next bytes that it has written.</summary>
    public void Write(ReadOnlyMemory<byte> bytes)
    {
        foreach (var letter in Encoding.Latin1.GetString(bytes.Span))
        {
            if (letter is '\n' or '\r')
            {
                Look(line.ToString());
                line.Clear();
            }
            else if (line.Length < 200)
            {
                line.Append(letter);
            }
        }
    }

    private void Look(string said)
    {
        if (said.StartsWith("I: ", StringComparison.Ordinal) && Array.Find(Steps, step => said.AsSpan(3).StartsWith(step.Says, StringComparison.Ordinal)) is { Says: not null } step)
        {
            report(step.Step, step.Percent);
        }
    }
}
