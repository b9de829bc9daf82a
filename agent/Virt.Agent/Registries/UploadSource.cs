using System;
using System.IO;

namespace Virt.Agent.Registries;

/// <summary>A blob that is published.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Open">Opens it for reading; whoever opens it disposes it.</param>
/// <param name="Sent">Hears how many of its bytes have gone out by now.</param>
internal sealed record UploadSource(string Digest, long Size, Func<Stream> Open, Action<long> Sent);
