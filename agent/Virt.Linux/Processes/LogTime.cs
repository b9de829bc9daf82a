using System;
using System.Globalization;

namespace Virt.Linux.Processes;

/// <summary>Times as the keeper writes them: RFC 3339, UTC, nine digits of a second; a tick of .NET is a hundred nanoseconds.</summary>
internal static class LogTime
{
    internal const int Length = 30;

    internal static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == Length && text[29] == 'Z'
            && DateTimeOffset.TryParseExact(text[..27], "yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
