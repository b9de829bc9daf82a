using System;

namespace Virt.Protocol.Client;

/// <summary>Where an agent listens: <c>unix:///path</c> or <c>npipe://server/name</c>.</summary>
public sealed record VirtEndpoint
{
    /// <summary>Where an agent listens that was installed in the ordinary way.</summary>
    public const string Default = "unix:///run/virt/agent.sock";

    private VirtEndpoint(EndpointKind kind, string address, string server, string text)
    {
        Kind = kind;
        Address = address;
        Server = server;
        Text = text;
    }

    /// <summary>Socket or pipe.</summary>
    public EndpointKind Kind { get; }

    /// <summary>The socket's path or the pipe's name.</summary>
    public string Address { get; }

    /// <summary>The pipe's server, <c>.</c> for this machine; empty for a socket.</summary>
    public string Server { get; }

    /// <summary>The endpoint as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads an endpoint.</summary>
    /// <exception cref="VirtException">InvalidArgument: the text is no endpoint.</exception>
    public static VirtEndpoint Parse(string text)
    {
        if (text.StartsWith("unix://", StringComparison.Ordinal))
        {
            var path = text.Substring(7);

            // sun_path has 108 bytes with its final zero: unix(7).
            return path.Length > 1 && path[0] == '/' && System.Text.Encoding.UTF8.GetByteCount(path) < 108
                ? new VirtEndpoint(EndpointKind.UnixSocket, path, "", text)
                : throw Bad(text, "a Unix socket is unix:// and an absolute path of at most 107 bytes");
        }

        if (text.StartsWith("npipe://", StringComparison.Ordinal))
        {
            var rest = text.Substring(8);
            var slash = rest.IndexOf('/');
            return slash > 0 && slash < rest.Length - 1 && rest.IndexOf('/', slash + 1) < 0
                ? new VirtEndpoint(EndpointKind.NamedPipe, rest.Substring(slash + 1), rest.Substring(0, slash), text)
                : throw Bad(text, "a named pipe is npipe://server/name, where '.' is this machine");
        }

        throw Bad(text, "it begins with neither unix:// nor npipe://");
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static VirtException Bad(string text, string why) => new(
        ErrorCode.InvalidArgument,
        "BadEndpoint",
        $"Cannot use '{text}' as an endpoint: {why}.",
        target: text,
        action: $"Use {Default}, or leave -ComputerName away.");
}
