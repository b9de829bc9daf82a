namespace Virt.Protocol.Client;

/// <summary>How a connection is made.</summary>
public enum EndpointKind
{
    /// <summary>A Unix socket: <c>unix:///run/virt/agent.sock</c>.</summary>
    UnixSocket,

    /// <summary>A named pipe: <c>npipe://./virt-agent</c>.</summary>
    NamedPipe,

    /// <summary>The agent of another host, through the user's own OpenSSH client: <c>ssh://user@host</c>.</summary>
    Ssh,

    /// <summary>The agent inside a virtual machine, through that of its host: <c>vm:web01</c>, <c>ssh://user@host/vm:web01</c>.</summary>
    VirtualMachine,
}
