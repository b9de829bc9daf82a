using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Fleet;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Tests.Common;
using Xunit;

namespace Virt.Tests.Fleet;

/// <summary>How long and how often a one-time code is good.</summary>
public sealed class PeerServiceTests : IDisposable
{
    private static readonly byte[] Stranger = new byte[32];

    private readonly string folder = Directory.CreateTempSubdirectory("virt-peers-").FullName;
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    private readonly StateStore store;
    private readonly PeerService peers;

    public PeerServiceTests()
    {
        store = new StateStore(Path.Combine(folder, "virt.db"));
        peers = new PeerService(store.Peers, new Lazy<PeerIdentity>(() => PeerIdentity.Load(Path.Combine(folder, "identity.pem"))), "a", "127.0.0.1:7711", time);
    }

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_code_is_good_until_it_expires_and_no_moment_longer()
    {
        var (first, second) = (await NewAsync(TimeSpan.FromMinutes(5)), await NewAsync(TimeSpan.FromMinutes(5)));
        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        peers.Introduce(first, Stranger);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("PeerCodeRefused", Assert.Throws<VirtException>(() => peers.Introduce(second, Stranger)).Id);
        Assert.Equal("b", Assert.Single(store.Peers.Load()).Name);
    }

    [Fact]
    public async Task A_code_is_good_once()
    {
        var code = await NewAsync(TimeSpan.FromMinutes(5));
        peers.Introduce(code, Stranger);
        Assert.Equal(ErrorCode.Unauthenticated, Assert.Throws<VirtException>(() => peers.Introduce(code, Stranger)).Code);
    }

    [Fact]
    public async Task A_code_that_was_only_asked_for_with_WhatIf_is_good_for_nothing()
    {
        var code = await NewAsync(TimeSpan.FromMinutes(5), whatIf: true);
        Assert.Equal("PeerCodeRefused", Assert.Throws<VirtException>(() => peers.Introduce(code, Stranger)).Id);
    }

    private async Task<PeerIntroduction> NewAsync(TimeSpan lifetime, bool whatIf = false)
    {
        var call = new Call(NoSink.Instance, "tests", whatIf, CancellationToken.None);
        var code = await peers.NewCodeAsync(new NewVirtPeerCode { Lifetime = lifetime }, call);
        Assert.Equal(time.GetUtcNow() + lifetime, code.ExpiryTime);
        return new PeerIntroduction { Secret = PeerCode.Parse(code.Code).Secret, Name = "b", Address = "127.0.0.2:7711" };
    }
}
