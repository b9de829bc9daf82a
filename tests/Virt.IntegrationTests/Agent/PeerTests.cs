using System;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Agent;

/// <summary>Two agents on loopback addresses of one network namespace.</summary>
public sealed class PeerTests : IAsyncLifetime
{
    private TestHost a = null!;
    private TestHost b = null!;

    public async ValueTask InitializeAsync()
    {
        a = await TestHost.StartAsync("--name", "a", "--peer-listen", "127.0.0.1:7711");
        b = await TestHost.MakeAsync(beside: a);
        await b.StartAgentAsync("--name", "b", "--peer-listen", "127.0.0.2:7711");
    }

    public async ValueTask DisposeAsync()
    {
        await b.DisposeAsync();
        await a.DisposeAsync();
    }

    [Fact]
    public void A_code_makes_each_the_others_peer()
    {
        var code = b.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        var added = a.Invoke(Methods.AddVirtPeer, new AddVirtPeer { Address = code.Address, Code = code.Code });
        Assert.Equal(("b", "127.0.0.2:7711"), (added.Name, added.Address));
        var onA = Assert.Single(a.Invoke(Methods.GetVirtPeer, new GetVirtPeer()).Items);
        var onB = Assert.Single(b.Invoke(Methods.GetVirtPeer, new GetVirtPeer()).Items);
        Assert.Equal(("b", "a", "127.0.0.1:7711"), (onA.Name, onB.Name, onB.Address));
        Assert.NotEqual(onA.Fingerprint, onB.Fingerprint);
    }

    [Fact]
    public async Task Peers_know_each_other_after_a_restart()
    {
        var code = b.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        var added = a.Invoke(Methods.AddVirtPeer, new AddVirtPeer { Address = code.Address, Code = code.Code });
        await a.KillAgentAsync();
        await a.StartAgentAsync("--name", "a", "--peer-listen", "127.0.0.1:7711");
        Assert.Equal(added, Assert.Single(a.Invoke(Methods.GetVirtPeer, new GetVirtPeer()).Items));
    }

    [Fact]
    public void A_code_is_good_once()
    {
        var code = b.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        var request = new AddVirtPeer { Address = code.Address, Code = code.Code };
        a.Invoke(Methods.AddVirtPeer, request);
        Assert.Equal((ErrorCode.Unauthenticated, "PeerCodeRefused"), Error(a.Refused(Methods.AddVirtPeer, request)));
    }

    [Fact]
    public void A_code_of_another_agent_is_refused_before_its_secret_is_sent()
    {
        // The code names a's certificate, but b answers at the address.
        var code = a.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        var error = a.Refused(Methods.AddVirtPeer, new AddVirtPeer { Address = "127.0.0.2:7711", Code = code.Code });
        Assert.Equal("PeerIsSelf", error.Id);
        error = b.Refused(Methods.AddVirtPeer, new AddVirtPeer { Address = "127.0.0.2:7711", Code = code.Code });
        Assert.Equal((ErrorCode.Unauthenticated, "PeerNotTrusted"), Error(error));
        Assert.Empty(a.Invoke(Methods.GetVirtPeer, new GetVirtPeer()).Items);
        Assert.Empty(b.Invoke(Methods.GetVirtPeer, new GetVirtPeer()).Items);
    }

    [Fact]
    public void Wrong_input_is_one_typed_error()
    {
        var code = b.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        Assert.Equal("BadPeerCode", a.Refused(Methods.AddVirtPeer, new AddVirtPeer { Address = code.Address, Code = "nonsense" }).Id);
        Assert.Equal("BadPeerAddress", a.Refused(Methods.AddVirtPeer, new AddVirtPeer { Address = "a b", Code = code.Code }).Id);
        Assert.Equal("PeerUnavailable", a.Refused(Methods.AddVirtPeer, new AddVirtPeer { Address = "127.0.0.3:7711", Code = code.Code }).Id);
        Assert.Equal("BadLifetime", a.Refused(Methods.NewVirtPeerCode, new NewVirtPeerCode { Lifetime = TimeSpan.Zero }).Id);
        Assert.Equal("PeerNotFound", a.Refused(Methods.RemoveVirtPeer, new RemoveVirtPeer { Name = "c" }).Id);
    }

    [Fact]
    public void A_removed_peer_is_a_stranger_again()
    {
        var code = b.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        a.Invoke(Methods.AddVirtPeer, new AddVirtPeer { Address = code.Address, Code = code.Code });
        a.Invoke(Methods.RemoveVirtPeer, new RemoveVirtPeer { Name = "B" });
        Assert.Empty(a.Invoke(Methods.GetVirtPeer, new GetVirtPeer()).Items);
    }

    private static (ErrorCode Code, string Id) Error(VirtException e) => (e.Code, e.Id);
}
