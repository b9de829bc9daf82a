using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Virt.Protocol.Client;

/// <summary>Where an agent listens: <c>unix:///path</c>, <c>npipe://server/name</c> or <c>ssh://[user@]host[:port][/path]</c>; behind any of them <c>/vm:NAME</c> for the agent inside a virtual machine there.</summary>
public sealed record VirtEndpoint
{
    /// <summary>Where an agent listens that was installed in the ordinary way.</summary>
    public const string Default = "unix:///run/virt/agent.sock";

    // What ssh takes as a destination, and nothing that it could take for an option or a shell for anything but a word.
    private static readonly Regex SshDestination = new(
        @"^(?<destination>(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]))(?::(?<port>[0-9]{1,5}))?(?<path>/[A-Za-z0-9._/-]+)?/?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(1));

    private const string VirtualMachine = "vm:";

    private VirtEndpoint(EndpointKind kind, string address, string server, string text)
    {
        Kind = kind;
        Address = address;
        Server = server;
        Text = text;
    }

    /// <summary>Socket, pipe, SSH or virtual machine.</summary>
    public EndpointKind Kind { get; }

    /// <summary>The socket's path or the pipe's name; for SSH the path of the socket there, empty for its default; the virtual machine's name.</summary>
    public string Address { get; }

    /// <summary>The pipe's server, <c>.</c> for this machine; for SSH <c>user@host</c> as ssh takes it; empty for a socket.</summary>
    public string Server { get; }

    /// <summary>The port for SSH; 0: what ssh_config says.</summary>
    public int Port { get; private init; }

    /// <summary>The agent of the virtual machine's host; null for any other kind.</summary>
    public VirtEndpoint? Host { get; private init; }

    /// <summary>The endpoint as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an endpoint. A bare host name is that host by SSH; <c>localhost</c> and <c>.</c> are this machine's own agent.</summary>
    /// <exception cref="VirtException">InvalidArgument: the text is no endpoint.</exception>
    public static VirtEndpoint Parse(string text)
    {
        if (TrySplit(text, out var host, out var machine))
        {
            return new VirtEndpoint(EndpointKind.VirtualMachine, machine, "", text) { Host = Parse(host.Length == 0 ? Default : host) };
        }

        if (text.StartsWith("unix://", StringComparison.Ordinal))
        {
            return ParseUnix(text);
        }

        if (text.StartsWith("npipe://", StringComparison.Ordinal))
        {
            return ParsePipe(text);
        }

        if (text.StartsWith("ssh://", StringComparison.Ordinal))
        {
            return ParseSsh(text, text.Substring(6));
        }

        if (text is "." || string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return ParseUnix(Default);
        }

        return text.IndexOf("://", StringComparison.Ordinal) < 0 && text.IndexOf('/') < 0 && text.Length > 0
            ? ParseSsh(text, text)
            : throw Bad(text, "it begins with none of unix://, npipe://, ssh:// and vm:");
    }

    /// <summary>What a text says of a virtual machine: <c>vm:web01</c>, or a host, a slash and that.</summary>
    /// <param name="text">The text.</param>
    /// <param name="host">The host's own text; empty: it names none.</param>
    /// <param name="machine">The virtual machine's name.</param>
    /// <returns>False: it is about none.</returns>
    public static bool TrySplit(string text, out string host, out string machine)
    {
        var slash = text.LastIndexOf("/" + VirtualMachine, StringComparison.OrdinalIgnoreCase);
        var from = slash >= 0 ? slash + 1 : text.StartsWith(VirtualMachine, StringComparison.OrdinalIgnoreCase) ? 0 : -1;
        var isMachine = from >= 0 && slash != 0 && from + VirtualMachine.Length < text.Length && text.IndexOf('/', from) < 0;
        host = isMachine && slash > 0 ? text.Substring(0, slash) : "";
        machine = isMachine ? text.Substring(from + VirtualMachine.Length) : "";
        return isMachine;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static VirtEndpoint ParseUnix(string text)
    {
        var path = text.Substring(7);

        // sun_path has 108 bytes with its final zero: unix(7).
        return path.Length > 1 && path[0] == '/' && System.Text.Encoding.UTF8.GetByteCount(path) < 108
            ? new VirtEndpoint(EndpointKind.UnixSocket, path, "", text)
            : throw Bad(text, "a Unix socket is unix:// and an absolute path of at most 107 bytes");
    }

    private static VirtEndpoint ParsePipe(string text)
    {
        var rest = text.Substring(8);
        var slash = rest.IndexOf('/');
        return slash > 0 && slash < rest.Length - 1 && rest.IndexOf('/', slash + 1) < 0
            ? new VirtEndpoint(EndpointKind.NamedPipe, rest.Substring(slash + 1), rest.Substring(0, slash), text)
            : throw Bad(text, "a named pipe is npipe://server/name, where '.' is this machine");
    }

    private static VirtEndpoint ParseSsh(string text, string rest)
    {
        var match = SshDestination.Match(rest);
        var port = match.Groups["port"].Success ? int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) : 0;
        return match.Success && port <= 65535
            ? new VirtEndpoint(EndpointKind.Ssh, match.Groups["path"].Value, match.Groups["destination"].Value.Replace("[", "").Replace("]", ""), text) { Port = port }
            : throw Bad(text, "an SSH host is ssh://user@host:port, where user and port may be missing");
    }

    private static VirtException Bad(string text, string why) => new(
        ErrorCode.InvalidArgument,
        "BadEndpoint",
        $"Cannot use '{text}' as an endpoint: {why}.",
        target: text,
        action: $"Use ssh://user@host, {Default}, or leave -ComputerName away.");
}
