using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Virt.Agent.Fleet;

/// <summary>Notes how long each part of a move took, for one line of the log.</summary>
internal sealed class MoveClock
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly StringBuilder text = new();
    private double last;

    /// <summary>A part has come to its end.</summary>
    public void Note(string part)
    {
        var now = clock.Elapsed.TotalMilliseconds;
        text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "" : ", ")}{now - last:0.0} {part}");
        last = now;
    }

    /// <summary>All parts, in milliseconds.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{last:0.0} ms: {text}");
}
