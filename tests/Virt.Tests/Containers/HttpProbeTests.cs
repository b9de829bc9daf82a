using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class HttpProbeTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n\r\n", true, "answered 200")]
    [InlineData("HTTP/1.0 399\n", true, "answered 399")]
    [InlineData("HTTP/1.1 500 Oh no\r\n", false, "answered 500")]
    [InlineData("HTTP/1.1 20 OK\r\n", false, "answered what is not HTTP")]
    [InlineData("HTTP/1.1 +20 OK\r\n", false, "answered what is not HTTP")]
    [InlineData("SSH-2.0-OpenSSH\r\n", false, "answered what is not HTTP")]
    [InlineData("HTTP/1.1 200 OK", false, "answered what is not HTTP")]
    [InlineData("", false, "the connection was closed without an answer")]
    public async Task The_status_line_decides(string answer, bool succeeded, string message)
    {
        using var stream = new Conversation(Encoding.ASCII.GetBytes(answer));
        Assert.Equal(new ProbeResult(succeeded, message), await HttpProbe.AskAsync(stream, new Uri("http://[::1]:81/a?b"), TestContext.Current.CancellationToken));
        Assert.StartsWith("GET /a?b HTTP/1.1\r\nHost: [::1]:81\r\n", stream.Asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_an_end_is_not_read_for_ever()
    {
        using var stream = new Conversation(new byte[1 << 20]);
        Assert.False((await HttpProbe.AskAsync(stream, new Uri("http://localhost/"), TestContext.Current.CancellationToken)).Succeeded);
        Assert.InRange(stream.Position, 1, 10_000);
    }

    private sealed class Conversation(byte[] answer) : MemoryStream(answer)
    {
        public string Asked { get; private set; } = "";

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, System.Threading.CancellationToken cancellationToken = default)
        {
            Asked += Encoding.ASCII.GetString(buffer.Span);
            return default;
        }
    }
}
