using static Virt.Protocol.MethodKind;

namespace Virt.Protocol;

/// <content>The agents inside guests.</content>
public static partial class Methods
{
    /// <summary>Turns the connection into one to the agent inside a guest.</summary>
    public static readonly Method<ConnectVMAgent, Nothing> ConnectVMAgent = new("vm.agent", Query, Protocol.ConnectVMAgent.WireFormat, Nothing.WireFormat);
}
