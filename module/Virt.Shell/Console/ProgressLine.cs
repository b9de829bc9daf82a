using System;
using System.Management.Automation;
using System.Text;
using Terminal = System.Console;

namespace Virt.Shell.Console;

/// <summary>Progress as one line below the output, on the error stream. Where that is no terminal there is none.</summary>
internal sealed class ProgressLine
{
    private const int BarWidth = 20;
    private bool shown;

    /// <summary>Shows how far something is.</summary>
    public void Show(ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed)
        {
            Clear();
            return;
        }

        if (Terminal.IsErrorRedirected || Terminal.IsOutputRedirected)
        {
            return;
        }

        var text = Text(record);
        var width = Math.Max(20, Terminal.WindowWidth) - 1;
        Terminal.Error.Write("\r\u001b[K" + (text.Length > width ? text[..width] : text));
        shown = true;
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        if (shown)
        {
            Terminal.Error.Write("\r\u001b[K");
            shown = false;
        }
    }

    private static string Text(ProgressRecord record)
    {
        var text = new StringBuilder(record.Activity);
        if (record.PercentComplete >= 0)
        {
            var done = record.PercentComplete * BarWidth / 100;
            text.Append(" [").Append('#', done).Append(' ', BarWidth - done).Append($"] {record.PercentComplete}%");
        }

        text.Append(' ').Append(record.StatusDescription.Trim());
        if (!string.IsNullOrEmpty(record.CurrentOperation))
        {
            text.Append(", ").Append(record.CurrentOperation);
        }

        return record.SecondsRemaining >= 0 ? text.Append($", {record.SecondsRemaining} s left").ToString() : text.ToString();
    }
}
