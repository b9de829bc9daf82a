using System.Globalization;
using System.IO;

namespace Virt.Linux.Processes;

/// <summary>The file in which the keeper leaves how a process ended: <c>exited 3 TIME</c> or <c>signaled 9 TIME</c>.</summary>
public static class ExitFile
{
    /// <summary>Reads it; null where the process has not ended, or where nobody was there to see it end.</summary>
    public static ExitStatus? Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        var fields = text.TrimEnd('\n').Split(' ');
        if (fields.Length != 3 || !int.TryParse(fields[1], CultureInfo.InvariantCulture, out var number) || !LogTime.TryParse(fields[2], out var time))
            return null;
        return fields[0] switch
        {
            "exited" => new ExitStatus(number, null, time),
            "signaled" => new ExitStatus(null, number, time),
            _ => null,
        };
    }
}
