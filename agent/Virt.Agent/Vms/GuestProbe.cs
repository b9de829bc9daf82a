using System;
using System.Globalization;
using System.Threading.Tasks;
using Virt.Agent.Common;

namespace Virt.Agent.Vms;

/// <summary>Asks services from inside a guest, with what guests have: bash on most, else busybox or curl.</summary>
internal static class GuestProbe
{
    // What asks in the guest ends by itself before its time is up.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // The first address that takes a connection will do: a service need not listen on loopback. BusyBox's nc has no -z, and runs a program when it is connected.
    private const string Tcp = """
        for address in 127.0.0.1 ::1 $(hostname -I 2> /dev/null); do
            if command -v bash > /dev/null; then timeout "$2" bash -c 'exec 3<> "/dev/tcp/$0/$1"' "$address" "$1" 2> /dev/null && exit 0
            else { nc -z -w "$2" "$address" "$1" || nc -w "$2" "$address" "$1" -e true; } < /dev/null 2> /dev/null && exit 0
            fi
        done
        exit 1
        """;

    // Writes the status line. $1: the address, $2: seconds, $3: host, $4: port, $5: path.
    private const string Http = """
        if command -v curl > /dev/null; then exec curl -s -k -o /dev/null -m "$2" -w 'HTTP/1.1 %{http_code}' "$1"; fi
        case $1 in http:*) if command -v bash > /dev/null; then
            exec timeout "$2" bash -c 'exec 3<> "/dev/tcp/$0/$1" && printf "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: virt-agent\r\nConnection: close\r\n\r\n" "$2" "$0" >&3 && IFS= read -r line <&3 && printf %s "$line"' "$3" "$4" "$5"
        elif command -v nc > /dev/null; then
            printf 'GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: virt-agent\r\nConnection: close\r\n\r\n' "$5" "$3" | timeout "$2" nc -w "$2" "$3" "$4" 2> /dev/null | head -n 1
            exit
        fi ;; esac
        wget -q -S -O /dev/null -T "$2" "$1" 2>&1 | grep -o 'HTTP/.*' | tail -n 1
        """;

    /// <summary>Asks what is to be asked of services: the port, and where that takes connections the address.</summary>
    /// <param name="check">What is to be asked.</param>
    /// <param name="timeout">How long one answer may take.</param>
    /// <param name="run">Runs a command in the guest, which has so long: whether it ended with 0, and its standard output.</param>
    /// <returns>Null: neither is asked for.</returns>
    public static async Task<ProbeResult?> AskAsync(HealthCheck check, TimeSpan timeout, Func<string[], TimeSpan, Task<(bool IsGood, string Output)>> run)
    {
        ProbeResult? result = null;
        if (check.TcpPort != 0)
        {
            result = ReadTcp(check.TcpPort, (await run(TcpCommand(check.TcpPort, timeout), timeout + Grace).ConfigureAwait(false)).IsGood);
        }

        if (result is not { Succeeded: false } && check.HttpUrl.Length > 0)
        {
            var url = new Uri(check.HttpUrl);
            result = ReadHttp(url, (await run(HttpCommand(url, timeout), timeout + Grace).ConfigureAwait(false)).Output);
        }

        return result;
    }

    /// <summary>The command that asks whether a port takes connections: it ends with 0 then.</summary>
    public static string[] TcpCommand(int port, TimeSpan timeout) => ["sh", "-c", Tcp, "virt", Text(port), Seconds(timeout)];

    /// <summary>What its end says.</summary>
    public static ProbeResult ReadTcp(int port, bool succeeded) => new(succeeded, succeeded ? $"port {port} takes connections" : $"port {port} takes no connection");

    /// <summary>The command that asks an address, and writes the status line of its answer.</summary>
    public static string[] HttpCommand(Uri url, TimeSpan timeout)
    {
        var host = url.HostNameType == UriHostNameType.IPv6 ? url.DnsSafeHost : url.Host;
        return ["sh", "-c", Http, "virt", url.AbsoluteUri, Seconds(timeout), host, Text(url.Port), url.PathAndQuery];
    }

    /// <summary>What a status line says: 200 to 399 is a success.</summary>
    public static ProbeResult ReadHttp(Uri url, string statusLine)
    {
        var words = statusLine.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length < 2 || !words[0].StartsWith("HTTP/", StringComparison.Ordinal) || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status == 0
            ? new ProbeResult(false, $"{url} does not answer")
            : new ProbeResult(status is >= 200 and <= 399, $"{url} answers {status}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan timeout) => Math.Max(1, (int)timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
