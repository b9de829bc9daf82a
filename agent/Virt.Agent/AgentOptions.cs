using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Virt.Agent.Fleet;
using Virt.Agent.Images.Store;
using Virt.Agent.Registries;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Agent;

/// <summary>The agent's command line.</summary>
public sealed record AgentOptions
{
    /// <summary>What <c>virt-agent --help</c> prints.</summary>
    public const string Usage = """
        Usage: virt-agent serve [options]     serve this host
               virt-agent bridge [ENDPOINT]   copy bytes between stdio and an agent, for clients that come by SSH
               virt-agent stop-all [ENDPOINT] stop every VM and container, as at the host's shutdown
               virt-agent --version           print the version

          --listen ENDPOINT   where to listen: unix:///path or npipe://./name; may stand several times
                              (default unix:///run/virt/agent.sock, or what systemd hands over)
          --state DIR         what must outlive a reboot (default /var/lib/virt)
          --run DIR           what lives until the next boot (default /run/virt)
          --images DIR        a further folder of images; may stand several times
          --group NAME        the group that may use the socket beside root (default virt)
          --name NAME         this host's name (default the system's)
          --unpack-limit BYTES what a layer of an image may unpack to, such as 64GB (default 32GB)
          --peer-listen A:P   where agents of other hosts may connect, such as 0.0.0.0:7711 (default: nowhere)
          --guest-port PATH   where this host's own host speaks to it, where it is a virtual machine's guest
                              (default /dev/virtio-ports/org.virt.agent.0 where that is there)
          --registry-mirror [REGISTRY=]HOST[:PORT]
                              a registry that has another one's images too (docker.io's where none is named); may stand several times
          --registry-plain-http HOST[:PORT]
                              a registry, or a mirror, that is spoken with without TLS; may stand several times
          --registry-certificates DIR
                              a folder of certificates (*.crt, *.pem) that registries' certificates may stand on, beside the system's
        """;

    /// <summary>Where to listen; empty: the default, or what systemd hands over.</summary>
    public List<VirtEndpoint> Listen { get; } = [];

    /// <summary>What must outlive a reboot.</summary>
    public string State { get; private set; } = "/var/lib/virt";

    /// <summary>What lives until the next boot.</summary>
    public string Run { get; private set; } = "/run/virt";

    /// <summary>Further folders of images.</summary>
    public List<string> Images { get; } = [];

    /// <summary>The group that may use the socket.</summary>
    public string Group { get; private set; } = "virt";

    /// <summary>This host's name.</summary>
    public string Name { get; private set; } = Environment.MachineName;

    /// <summary>What a layer of an image may unpack to.</summary>
    public UnpackLimit UnpackLimit { get; private set; } = UnpackLimit.Default;

    /// <summary>Where agents of other hosts may connect; null: nowhere.</summary>
    public PeerAddress? PeerListen { get; private set; }

    /// <summary>Where this guest's host speaks to it; null: at the usual port, where that is there.</summary>
    public string? GuestPort { get; private set; }

    /// <summary>How registries are reached.</summary>
    public RegistryOptions Registries { get; } = new();

    /// <summary>Reads what stands behind <c>serve</c>.</summary>
    /// <exception cref="VirtException">InvalidArgument: an option that is not known, or without its value.</exception>
    public static AgentOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new AgentOptions();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i];
            var value = i + 1 < arguments.Count ? arguments[i + 1] : throw Bad(name, "its value is missing");
            switch (name)
            {
                case "--listen":
                    options.Listen.Add(VirtEndpoint.Parse(value));
                    break;
                case "--state":
                    options.State = value;
                    break;
                case "--run":
                    options.Run = value;
                    break;
                case "--images":
                    options.Images.Add(value);
                    break;
                case "--group":
                    options.Group = value;
                    break;
                case "--name":
                    options.Name = value;
                    break;
                case "--unpack-limit":
                    options.UnpackLimit = new UnpackLimit(Bytes(value) ?? throw Bad(name, $"'{value}' is no number of bytes"));
                    break;
                case "--peer-listen":
                    options.PeerListen = PeerAddress.Parse(value);
                    break;
                case "--guest-port":
                    options.GuestPort = value;
                    break;
                case "--registry-mirror":
                    options.Registries.Mirrors.Add(RegistryMirror.Parse(value));
                    break;
                case "--registry-plain-http":
                    options.Registries.PlainHttp.Add(RegistryMirror.ParsePlainHost(value));
                    break;
                case "--registry-certificates":
                    options.Registries.CertificateFolder = Directory.Exists(value) ? value : throw Bad(name, $"there is no folder '{value}'");
                    break;
                default:
                    throw Bad(name, "there is no such option");
            }
        }

        return options;
    }

    // Digits, with KB, MB, GB or TB behind them.
    private static long? Bytes(string text)
    {
        var shift = text.Length > 2 ? Array.IndexOf(["KB", "MB", "GB", "TB"], text[^2..].ToUpperInvariant()) : -1;
        return long.TryParse(shift < 0 ? text : text[..^2], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= long.MaxValue >> 40 ? number << (10 * (shift + 1)) : null;
    }

    private static VirtException Bad(string option, string why) =>
        new(ErrorCode.InvalidArgument, "BadOption", $"Cannot use option '{option}': {why}.", option, "virt-agent --help");
}
