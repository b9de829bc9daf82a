using System;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Containers;

/// <summary>One GET over an open stream, of whose answer only the status line is read (RFC 9112, sections 3 and 4).</summary>
internal static class HttpProbe
{
    private const int LongestLine = 4096;

    /// <summary>Asks, and reads the first line of the answer.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="url">What is asked for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="IOException">The connection was lost.</exception>
    public static async Task<ProbeResult> AskAsync(Stream stream, Uri url, CancellationToken cancellation)
    {
        var request = $"GET {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nUser-Agent: virt-agent\r\nAccept: */*\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), cancellation).ConfigureAwait(false);
        var line = new byte[LongestLine];
        var length = 0;
        while (Array.IndexOf(line, (byte)'\n', 0, length) < 0)
        {
            var count = length < line.Length ? await stream.ReadAsync(line.AsMemory(length), cancellation).ConfigureAwait(false) : 0;
            if (count == 0)
            {
                return new ProbeResult(false, length == 0 ? "the connection was closed without an answer" : "answered what is not HTTP");
            }

            length += count;
        }

        return Read(Encoding.Latin1.GetString(line, 0, Array.IndexOf(line, (byte)'\n')).TrimEnd('\r'));
    }

    /// <summary>What a status line means.</summary>
    public static ProbeResult Read(string line)
    {
        var words = line.Split(' ', 3);
        return words.Length >= 2 && words[0].StartsWith("HTTP/1.", StringComparison.Ordinal) && words[1].Length == 3 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? new ProbeResult(status is >= 200 and < 400, $"answered {status}")
            : new ProbeResult(false, "answered what is not HTTP");
    }
}
