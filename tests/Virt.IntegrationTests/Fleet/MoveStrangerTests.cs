using System;
using System.Diagnostics;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>What one who is no peer gets of an agent that listens for peers, while a move is under way: openssl is the stranger, on a's side of the cable.</summary>
public sealed class MoveStrangerTests : IAsyncLifetime
{
    private const string There = "10.99.0.2:7711";

    private HostPair pair = null!;

    private string Key => Path.Combine(pair.A.Folder, "stranger.key");

    private string Certificate => Path.Combine(pair.A.Folder, "stranger.crt");

    public async ValueTask InitializeAsync()
    {
        pair = await HostPair.StartAsync();
        pair.A.Faults = MovePoint.Mirrored + "=hold";
        await pair.RestartAsync(pair.A);
        pair.A.NewEmpty("web01");
        pair.A.Start("web01");
        pair.A.Client.Detach(Methods.MoveVM, new MoveVM { Name = "web01", DestinationHost = "b" });
        await pair.A.HeldAtAsync(MovePoint.Mirrored);
        await pair.A.RunAsync("sh", "-c", $"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=virt-agent -keyout {Key} -out {Certificate} -days 2 2>/dev/null");
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(Key);
        File.Delete(Certificate);
        pair.A.Release(MovePoint.Mirrored);
        await Poll.UntilAsync(() => pair.Where("web01") is [("b", VMState.Running)], "the end of the move, which nobody has disturbed");
        await pair.DisposeAsync();
    }

    [Fact]
    public async Task An_older_TLS_gets_an_alert_even_with_a_certificate()
    {
        using var stranger = Connect(true, "-tls1_2", "-alpn", "virt-message");
        await EndedAsync(stranger);
        Assert.Contains("alert protocol version", await stranger.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.NotEqual(0, stranger.ExitCode);
    }

    [Fact]
    public async Task Who_shows_no_certificate_is_hung_up_on()
    {
        // By the agent: the standard input is still open. The same with a certificate is answered, as the last test here shows.
        using var stranger = Connect(false, "-tls1_3", "-alpn", "virt-message");
        await EndedAsync(stranger);
        Assert.Equal("", await stranger.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    public async Task A_stream_of_a_stranger_is_closed_whatever_it_brings(int bytes)
    {
        using var stranger = Connect(true, "-tls1_3", "-alpn", "virt-stream");
        await stranger.StandardInput.BaseStream.WriteAsync(RandomNumberGenerator.GetBytes(bytes), TestContext.Current.CancellationToken);
        await stranger.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);

        // By the agent: the standard input is still open.
        await EndedAsync(stranger);
        Assert.Equal("", await stranger.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stranger_may_say_hello_and_bring_a_code_and_nothing_else()
    {
        using var stranger = Connect(true, "-tls1_3", "-alpn", "virt-message");
        using (var client = VirtClient.Connect(new Duplex(stranger), VirtEndpoint.Parse("ssh://b"), "stranger/1"))
        {
            Assert.Equal("PeerCodeRefused", Refused(client, Methods.IntroducePeer, new PeerIntroduction { Secret = new byte[10], Name = "c", Address = "10.99.0.1:7711" }));
            Assert.Equal("UnknownMethod", Refused(client, Methods.Ping, new Nothing()));
            Assert.Equal("UnknownMethod", Refused(client, Methods.GetVM, new GetVM()));
            Assert.Equal("UnknownMethod", Refused(client, Methods.CheckMove, new CheckMove()));
            Assert.Equal("UnknownMethod", Refused(client, Methods.OfferMove, new OfferMove()));
            Assert.Equal("UnknownMethod", Refused(client, Methods.CommitMove, new MoveCall()));
            Assert.Equal("UnknownMethod", Refused(client, Methods.NewVirtPeerCode, new NewVirtPeerCode()));
        }

        stranger.Kill();
        await EndedAsync(stranger);
    }

    private static string Refused<TRequest, TResult>(VirtClient client, Method<TRequest, TResult> method, TRequest request) =>
        Assert.Throws<VirtException>(() => client.Invoke(method, request)).Id;

    private static async Task EndedAsync(Process stranger)
    {
        await stranger.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Poll.Limit, TestContext.Current.CancellationToken);
    }

    private Process Connect(bool hasCertificate, params string[] options) => pair.A.Open(
        ["openssl", "s_client", "-connect", There, "-quiet", "-verify_quiet", .. hasCertificate ? new[] { "-cert", Certificate, "-key", Key } : [], .. options]);

    // The two halves of a program's stdio as one stream.
    private sealed class Duplex(Process program) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => program.StandardOutput.BaseStream.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count)
        {
            program.StandardInput.BaseStream.Write(buffer, offset, count);
            program.StandardInput.BaseStream.Flush();
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
