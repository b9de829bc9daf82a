using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Virt.Protocol.Client;

/// <summary>The address of a Unix socket; netstandard2.0 has none. Source: unix(7).</summary>
internal sealed class UnixEndPoint(string path) : EndPoint
{
    public override AddressFamily AddressFamily => AddressFamily.Unix;

    public override SocketAddress Serialize()
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var address = new SocketAddress(AddressFamily.Unix, 2 + bytes.Length + 1);
        for (var i = 0; i < bytes.Length; i++)
        {
            address[2 + i] = bytes[i];
        }

        return address;
    }

    public override EndPoint Create(SocketAddress socketAddress) => new UnixEndPoint(path);

    public override string ToString() => path;
}
