using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Registries.VmImages;

/// <summary>Finds out where an image is, and what it must come to.</summary>
/// <param name="server">Reads files.</param>
/// <param name="request">What is wanted.</param>
/// <param name="architecture">The CPU that it is for: <c>x64</c> or <c>arm64</c>.</param>
internal sealed class VmImageSearch(ImageServer server, SaveVMImage request, string architecture)
{
    private const int MostSums = 1 << 20;
    private const int MostIndex = 1 << 20;
    private const int MostProducts = 64 << 20;

    /// <summary>Finds it.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound; what servers fail with.</exception>
    public Task<VmImageSource> FindAsync(CancellationToken cancellation)
    {
        var name = request.Name;
        if ((request.Uri.Length > 0) == (request.Server.Length > 0))
        {
            throw ImageServerErrors.Make(name, ErrorCode.InvalidArgument, "InvalidImageSource", "either the address of its disk or a server that says what it has is required", $"Save-VMImage {name} -Uri https://… -Checksum sha256:…");
        }

        return request.Server.Length > 0 ? AtServerAsync(UriOf(request.Server), cancellation) : AtAddressAsync(UriOf(request.Uri), cancellation);
    }

    private async Task<VmImageSource> AtAddressAsync(Uri uri, CancellationToken cancellation)
    {
        var name = request.Name;
        if ((request.Checksum.Length > 0) == (request.ChecksumUri.Length > 0))
        {
            throw ImageServerErrors.Make(name, ErrorCode.InvalidArgument, "ChecksumRequired", "its checksum, or where that stands, is required, so that nobody can put another one in its place", $"Save-VMImage {name} -Uri {uri} -ChecksumUri {new Uri(uri, "SHA256SUMS")}");
        }

        if (request.Checksum.Length > 0)
        {
            return new VmImageSource(uri, ImageChecksum.Parse(request.Checksum) ?? throw ImageServerErrors.Make(name, ErrorCode.InvalidArgument, "InvalidChecksum", $"'{request.Checksum}' is no checksum: 'sha256:' and 64 hexadecimal digits, or 'sha512:' and 128, are required", $"Save-VMImage {name} -Uri {uri} -ChecksumUri {new Uri(uri, "SHA256SUMS")}"), 0, "");
        }

        var sums = UriOf(request.ChecksumUri);
        var file = Uri.UnescapeDataString(uri.Segments[^1]);
        var list = Encoding.UTF8.GetString(await server.ReadAsync(sums, MostSums, cancellation).ConfigureAwait(false));
        return new VmImageSource(uri, ImageChecksum.Find(list, file) ?? throw ImageServerErrors.Make(name, ErrorCode.NotFound, "ChecksumNotFound", $"'{sums}' has no checksum of '{file}'", $"curl '{sums}'"), 0, "");
    }

    private async Task<VmImageSource> AtServerAsync(Uri address, CancellationToken cancellation)
    {
        var root = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        var index = new Uri(root, SimpleStreams.IndexPath);
        var disks = new List<StreamDisk>();
        foreach (var path in Parse(index, await server.ReadAsync(index, MostIndex, cancellation).ConfigureAwait(false), SimpleStreams.ReadIndex))
        {
            var list = Below(root, path, index);
            disks.AddRange(Parse(list, await server.ReadAsync(list, MostProducts, cancellation).ConfigureAwait(false), json => SimpleStreams.ReadProducts(json, architecture)));
        }

        var name = request.Name;
        if (disks.FirstOrDefault(disk => disk.Names.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } found)
        {
            return new VmImageSource(Below(root, found.Path, index), found.Checksum, found.Size, $"{found.Description}, {found.Version}");
        }

        var nearest = NearestName.Of(name, disks.SelectMany(static disk => disk.Names));
        throw ImageServerErrors.Make(
            name,
            ErrorCode.NotFound,
            "VMImageNotFound",
            disks.Count == 0 ? $"server '{root.Authority}' has no disk for {architecture}" : $"server '{root.Authority}' has no disk of that name for {architecture}{(nearest is null ? "" : $"; did you mean '{nearest}'?")}",
            $"Save-VMImage {nearest ?? disks.FirstOrDefault()?.Names[0] ?? "debian/12"} -Server {request.Server}");
    }

    // A server says what it has itself, and sends nobody elsewhere.
    private Uri Below(Uri root, string path, Uri said) =>
        Uri.TryCreate(root, path, out var uri) && uri.Scheme == root.Scheme && uri.Authority == root.Authority ? uri : throw ImageServerErrors.Nonsense(request.Name, said, $"names '{path}', which it has not itself");

    private T Parse<T>(Uri uri, byte[] json, Func<byte[], T> read)
    {
        try
        {
            return read(json);
        }
        catch (JsonException e)
        {
            throw ImageServerErrors.Nonsense(request.Name, uri, $"gave a '{uri.AbsolutePath}' that cannot be used ({RegistryErrors.Clean(e.Message)})");
        }
    }

    private Uri UriOf(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0)
        {
            throw ImageServerErrors.Make(request.Name, ErrorCode.InvalidArgument, "InvalidUri", $"'{text}' is no address that begins with https://", $"Save-VMImage {request.Name} -Uri https://…");
        }

        server.Check(uri);
        return uri;
    }
}
