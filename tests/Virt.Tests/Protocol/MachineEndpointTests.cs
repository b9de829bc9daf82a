using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.Tests.Protocol;

public sealed class MachineEndpointTests
{
    [Theory]
    [InlineData("vm:web01", EndpointKind.UnixSocket, "/run/virt/agent.sock", "web01")]
    [InlineData("VM:web01", EndpointKind.UnixSocket, "/run/virt/agent.sock", "web01")]
    [InlineData("localhost/vm:web01", EndpointKind.UnixSocket, "/run/virt/agent.sock", "web01")]
    [InlineData("unix:///a/b.sock/vm:web01", EndpointKind.UnixSocket, "/a/b.sock", "web01")]
    [InlineData("ssh://root@hostb:22/vm:web01", EndpointKind.Ssh, "", "web01")]
    [InlineData("ssh://hostb/a.sock/vm:web.0-1_a", EndpointKind.Ssh, "/a.sock", "web.0-1_a")]
    [InlineData("hostb/vm:web01", EndpointKind.Ssh, "", "web01")]
    [InlineData("npipe://./x/vm:web01", EndpointKind.NamedPipe, "x", "web01")]
    public void A_machine_is_behind_whatever_reaches_its_host(string text, EndpointKind kind, string address, string machine)
    {
        var endpoint = VirtEndpoint.Parse(text);
        Assert.Equal((EndpointKind.VirtualMachine, machine, text), (endpoint.Kind, endpoint.Address, endpoint.Text));
        Assert.Equal((kind, address), (endpoint.Host!.Kind, endpoint.Host.Address));
    }

    [Fact]
    public void A_guest_may_be_a_host_itself()
    {
        var endpoint = VirtEndpoint.Parse("vm:outer/vm:inner");
        Assert.Equal(("inner", "outer"), (endpoint.Address, endpoint.Host!.Address));
        Assert.Equal(VirtEndpoint.Default, endpoint.Host.Host!.Text);
    }

    [Theory]
    [InlineData("vm:")]
    [InlineData("/vm:web01")]
    [InlineData("unix:///a.sock/vm:")]
    [InlineData("vm:a/b")]
    [InlineData("bad host/vm:web01")]
    public void What_names_no_machine_or_no_host_is_none(string text) => Assert.NotEqual(EndpointKind.VirtualMachine, Kind(text));

    private static EndpointKind Kind(string text)
    {
        try
        {
            return VirtEndpoint.Parse(text).Kind;
        }
        catch (VirtException e) when (e.Id == "BadEndpoint")
        {
            return EndpointKind.UnixSocket;
        }
    }
}
