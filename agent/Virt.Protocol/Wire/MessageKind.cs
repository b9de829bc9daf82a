namespace Virt.Protocol.Wire;

/// <summary>The three messages of MessagePack-RPC, by their first number.</summary>
public enum MessageKind
{
    /// <summary><c>[0, id, method, params]</c></summary>
    Request = 0,

    /// <summary><c>[1, id, error, result]</c></summary>
    Response = 1,

    /// <summary><c>[2, method, params]</c></summary>
    Notification = 2,
}
