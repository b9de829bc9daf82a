using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Patching.Targets;

/// <summary>Asks services from inside a guest, with what guests have: bash on most, else busybox or curl.</summary>
internal static class GuestProbe
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // The first address that takes a connection will do: a service need not listen on loopback.
    private const string Tcp = """
        for address in 127.0.0.1 ::1 $(hostname -I 2> /dev/null); do
            if command -v bash > /dev/null; then timeout "$2" bash -c 'exec 3<> "/dev/tcp/$0/$1"' "$address" "$1" 2> /dev/null && exit 0
            else nc -z -w "$2" "$address" "$1" 2> /dev/null && exit 0
            fi
        done
        exit 1
        """;

    // Writes the status line. $1: the address, $2: seconds, $3: host, $4: port, $5: path.
    private const string Http = """
        if command -v curl > /dev/null; then exec curl -s -k -o /dev/null -m "$2" -w 'HTTP/1.1 %{http_code}' "$1"; fi
        case $1 in http:*) if command -v bash > /dev/null; then
            exec timeout "$2" bash -c 'exec 3<> "/dev/tcp/$0/$1" && printf "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: virt-agent\r\nConnection: close\r\n\r\n" "$2" "$0" >&3 && IFS= read -r line <&3 && printf %s "$line"' "$3" "$4" "$5"
        fi ;; esac
        wget -q -S -O /dev/null -T "$2" "$1" 2>&1 | grep -o 'HTTP/.*' | tail -n 1
        """;

    /// <summary>Does a port take connections?</summary>
    public static async Task<HealthAnswer> TcpAsync(IShell shell, int port, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await shell.RunAsync(["sh", "-c", Tcp, "virt", Text(port), Seconds(timeout)], timeout + Grace, cancellation).ConfigureAwait(false);
        return result.IsGood ? new HealthAnswer(true, $"port {port} takes connections") : new HealthAnswer(false, $"port {port} takes no connection");
    }

    /// <summary>Is an address answered by 200 to 399?</summary>
    public static async Task<HealthAnswer> HttpAsync(IShell shell, Uri url, TimeSpan timeout, CancellationToken cancellation)
    {
        var host = url.HostNameType == UriHostNameType.IPv6 ? url.DnsSafeHost : url.Host;
        var result = await shell.RunAsync(["sh", "-c", Http, "virt", url.AbsoluteUri, Seconds(timeout), host, Text(url.Port), url.PathAndQuery], timeout + Grace, cancellation).ConfigureAwait(false);
        return Read(url, result.Output);
    }

    /// <summary>What a status line says.</summary>
    public static HealthAnswer Read(Uri url, string statusLine)
    {
        var words = statusLine.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length < 2 || !words[0].StartsWith("HTTP/", StringComparison.Ordinal) || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status == 0
            ? new HealthAnswer(false, $"{url} does not answer")
            : new HealthAnswer(status is >= 200 and <= 399, $"{url} answers {status}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan timeout) => Math.Max(1, (int)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
