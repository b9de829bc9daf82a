using System.IO;
using System.Net.Sockets;
using System.Threading.Tasks;
using Virt.Linux.Sockets;
using Xunit;

namespace Virt.Tests.Linux;

public sealed class SocketDescriptorsTests
{
    [Fact]
    public async Task Bytes_that_go_with_a_descriptor_arrive_whole_and_in_order()
    {
        var folder = Directory.CreateTempSubdirectory("virt-fd-").FullName;
        var path = Path.Combine(folder, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        using var near = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await near.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        using var far = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await using var file = File.Create(Path.Combine(folder, "f"));
        var message = "{\"execute\":\"getfd\"}\n"u8.ToArray();
        Assert.Equal(message.Length, SocketDescriptors.Send(near.SafeHandle, message, [file.SafeFileHandle]));
        Assert.Equal(3, SocketDescriptors.Send(near.SafeHandle, "abc"u8, []));
        var buffer = new byte[message.Length + 3];
        await new NetworkStream(far).ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal([.. message, .. "abc"u8], buffer);
        Directory.Delete(folder, recursive: true);
    }
}
