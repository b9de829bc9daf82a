using System;
using System.Buffers.Binary;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>A machine's screen over VNC (RFC 6143), as a viewer speaks it.</summary>
public sealed class VncTests
{
    private const int BytesPerPixel = 4;

    [Fact]
    public async Task A_viewer_sees_the_screen_and_goes_on_seeing_it_while_the_agent_is_another()
    {
        await using var host = await TestHost.StartAsync();
        New(host, "web01", VMVideoAdapter.VGA);
        Assert.Equal("", host.Get("web01").VncSocketPath);
        host.Start("web01");
        await Poll.UntilAsync(() => host.Get("web01").VncSocketPath.Length > 0, "a socket for viewers");
        var path = host.Get("web01").VncSocketPath;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using var first = await Viewer.OpenAsync(path);

        // What the firmware writes.
        await Poll.UntilAsync(async () => IsWritten(await first.ReadScreenAsync()), "something on the screen");
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        await Poll.UntilAsync(() => host.Get("web01").VncSocketPath.Length > 0, "a socket for viewers");
        Assert.Equal(path, host.Get("web01").VncSocketPath);
        Assert.True(IsWritten(await first.ReadScreenAsync()));
        using var second = await Viewer.OpenAsync(path);
        Assert.True(IsWritten(await second.ReadScreenAsync()));
        Assert.Equal((first.Width, first.Height), (second.Width, second.Height));

        host.Stop("web01", turnOff: true);
        Assert.Equal("", host.Get("web01").VncSocketPath);
        Assert.False(File.Exists(path));
        await first.EndsAsync();
    }

    [Fact]
    public async Task With_a_tablet_a_viewer_points_where_it_points()
    {
        await using var host = await TestHost.StartAsync();
        New(host, "web01", VMVideoAdapter.VGA);
        host.Start("web01");
        Assert.DoesNotContain((await host.AskQemuAsync("web01", "query-mice")).EnumerateArray(), static mouse => mouse.GetProperty("absolute").GetBoolean());
        Assert.Equal(ErrorCode.WrongState, host.Refused(Methods.SetVM, new SetVM { Name = "web01", HasUsbTablet = true }).Code);
        host.Stop("web01", turnOff: true);
        Assert.True(host.Invoke(Methods.SetVM, new SetVM { Name = "web01", HasUsbTablet = true }).HasUsbTablet);
        host.Start("web01");
        Assert.Contains((await host.AskQemuAsync("web01", "query-mice")).EnumerateArray(), static mouse => mouse.GetProperty("absolute").GetBoolean());

        // It is saved with the rest, and can go with it.
        host.Checkpoint("web01", "a");
        Assert.Equal(VMState.Running, host.Restore("web01", "a").State);
        host.Stop("web01", turnOff: true);
        Assert.False(host.Invoke(Methods.SetVM, new SetVM { Name = "web01", HasUsbTablet = false }).HasUsbTablet);
    }

    [Fact]
    public async Task A_machine_without_a_screen_has_no_socket_for_one()
    {
        await using var host = await TestHost.StartAsync();
        New(host, "blind", VMVideoAdapter.None);
        host.Start("blind");
        Assert.Equal("", host.Get("blind").VncSocketPath);
        Assert.DoesNotContain("-vnc", (await File.ReadAllTextAsync($"/proc/{host.Get("blind").ProcessId}/cmdline", TestContext.Current.CancellationToken)).Split('\0'));
    }

    // Not every byte is the same; the fourth of a pixel is nobody's.
    private static bool IsWritten(byte[] pixels) => pixels.AsSpan().ContainsAnyExcept((byte)0, (byte)255);

    private static void New(TestHost host, string name, VMVideoAdapter adapter) =>
        host.Invoke(Methods.NewVM, new NewVM { Name = name, Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true, VideoAdapter = adapter });

    // A viewer that wants whole pictures, uncompressed.
    private sealed class Viewer(NetworkStream stream) : IDisposable
    {
        private const int Raw = 0;
        private const int OtherSize = -223;

        public int Width { get; private set; }

        public int Height { get; private set; }

        // RFC 6143, 7.1 to 7.3: the versions, the kinds of security (1: none), whether others may look too, and how large the screen is. 7.5.2: what the viewer understands.
        public static async Task<Viewer> OpenAsync(string path)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
            var viewer = new Viewer(new NetworkStream(socket, ownsSocket: true));
            Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(await viewer.ReadAsync(12)));
            await viewer.WriteAsync("RFB 003.008\n"u8.ToArray());
            Assert.Equal([1, 1], await viewer.ReadAsync(2));
            await viewer.WriteAsync([1]);
            Assert.Equal([0, 0, 0, 0], await viewer.ReadAsync(4));
            await viewer.WriteAsync([1]);
            var screen = await viewer.ReadAsync(24);
            Assert.Equal(8 * BytesPerPixel, screen[4]);
            (viewer.Width, viewer.Height) = (Number(screen, 0), Number(screen, 2));
            Assert.Contains("QEMU", Encoding.ASCII.GetString(await viewer.ReadAsync(BinaryPrimitives.ReadInt32BigEndian(screen.AsSpan(20)))), StringComparison.Ordinal);
            await viewer.WriteAsync([2, 0, 0, 2, 0, 0, 0, Raw, 0xFF, 0xFF, 0xFF, 0x21]);
            return viewer;
        }

        // 7.5.3 and 7.6.1: the whole screen, whether it has changed or not.
        public async Task<byte[]> ReadScreenAsync()
        {
            await RequestAsync();
            var (pixels, seen) = (new byte[Width * Height * BytesPerPixel], 0);
            while (seen < Width * Height)
            {
                var head = await ReadAsync(4);
                Assert.Equal(0, head[0]);
                for (var left = Number(head, 2); left > 0; left--)
                {
                    var rectangle = await ReadAsync(12);
                    var (x, y, w, h) = (Number(rectangle, 0), Number(rectangle, 2), Number(rectangle, 4), Number(rectangle, 6));
                    if (BinaryPrimitives.ReadInt32BigEndian(rectangle.AsSpan(8)) == OtherSize)
                    {
                        (Width, Height) = (w, h);
                        (pixels, seen) = (new byte[Width * Height * BytesPerPixel], 0);
                        await RequestAsync();
                        continue;
                    }

                    Assert.Equal(Raw, BinaryPrimitives.ReadInt32BigEndian(rectangle.AsSpan(8)));
                    for (var row = y; row < y + h; row++)
                    {
                        (await ReadAsync(w * BytesPerPixel)).CopyTo(pixels, ((row * Width) + x) * BytesPerPixel);
                    }

                    seen += w * h;
                }
            }

            return pixels;
        }

        // Nothing comes any more.
        public async Task EndsAsync()
        {
            var rest = new byte[4096];
            while (await stream.ReadAsync(rest, TestContext.Current.CancellationToken) > 0)
            {
            }
        }

        public void Dispose() => stream.Dispose();

        private Task RequestAsync()
        {
            var request = new byte[10];
            request[0] = 3;
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(6), (ushort)Width);
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(8), (ushort)Height);
            return WriteAsync(request);
        }

        private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

        private async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            await stream.ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            return bytes;
        }

        private Task WriteAsync(byte[] bytes) => stream.WriteAsync(bytes, TestContext.Current.CancellationToken).AsTask();
    }
}
