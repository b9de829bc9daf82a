using System.IO;
using System.Net.Security;

namespace Virt.Agent.Fleet;

/// <summary>An encrypted stream between agents.</summary>
/// <param name="inner">The connection; this stream's from now on.</param>
public class PeerStream(Stream inner) : SslStream(new BulkStream(inner), leaveInnerStreamOpen: false)
{
    /// <summary>From now on what is written goes out when the stream is flushed, in pieces as big as can be.</summary>
    public void GatherWrites() => ((BulkStream)InnerStream).Gathers = true;
}
