using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Tests.Registries;

/// <summary>A registry on loopback that keeps what it is given in memory, remembers what it was asked, and misbehaves as it is told to.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Task, bool> connections = new();
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;

    /// <param name="certificate">What it shows who speaks TLS with it; null: it does not speak TLS.</param>
    /// <param name="listener">The port of loopback that it listens on, which becomes its own; null: any.</param>
    public FakeRegistry(X509Certificate2? certificate = null, Socket? listener = null)
    {
        this.certificate = certificate;
        this.listener = listener ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (listener is null)
        {
            this.listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            this.listener.Listen();
        }

        Host = $"127.0.0.1:{((IPEndPoint)this.listener.LocalEndPoint!).Port}";
        accepting = AcceptAsync();
    }

    public string Host { get; }

    public string Url => $"http://{Host}";

    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    /// <summary>By digest.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>By <c>repository:tag</c> and <c>repository@digest</c>.</summary>
    public ConcurrentDictionary<string, (string MediaType, byte[] Bytes)> Manifests { get; } = new(StringComparer.Ordinal);

    /// <summary>Asked first; null: as a registry should.</summary>
    public Func<FakeRequest, FakeAnswer?> Answer { get; set; } = static _ => null;

    public IReadOnlyList<FakeRequest> Asked(string method, string part) => [.. Requests.Where(request => request.Method == method && request.Target.Contains(part, StringComparison.Ordinal))];

    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    public string AddBlob(byte[] bytes)
    {
        Blobs[DigestOf(bytes)] = bytes;
        return DigestOf(bytes);
    }

    public string AddManifest(string repository, string tag, string mediaType, byte[] bytes)
    {
        Manifests[$"{repository}:{tag}"] = Manifests[$"{repository}@{DigestOf(bytes)}"] = (mediaType, bytes);
        return DigestOf(bytes);
    }

    /// <summary>The same answer to the first so many requests that fit.</summary>
    public void First(int count, Func<FakeRequest, bool> fits, FakeAnswer answer)
    {
        var left = count;
        Answer = request => fits(request) && Interlocked.Decrement(ref left) >= 0 ? answer : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        await stop.CancelAsync();
        listener.Close();
        await accepting;
        await Task.WhenAll(connections.Keys);
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var serving = ServeAsync(await listener.AcceptAsync(stop.Token));
                connections[serving] = true;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await Task.Yield();
        using (client)
        {
            try
            {
                Stream stream = new NetworkStream(client);
                if (certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);
                    stream = secure;
                }

                await using (stream)
                {
                    while (await ReadAsync(stream) is { } request)
                    {
                        Requests.Enqueue(request);
                        if (!await WriteAsync(stream, request, Answer(request) ?? Serve(request)))
                        {
                            return;
                        }
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
            {
                // The client has left.
            }
        }
    }

    private async Task<FakeRequest?> ReadAsync(Stream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
            if (head.Count == 1 && !char.IsAsciiLetter((char)one[0]))
            {
                // Somebody speaks TLS.
                await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"u8.ToArray(), stop.Token);
                return null;
            }
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, stop.Token);
        var first = lines[0].Split(' ');
        return new FakeRequest(first[0], first[1], headers, body);
    }

    private async Task<bool> WriteAsync(Stream stream, FakeRequest request, FakeAnswer answer)
    {
        if (answer.Status == 0 && !answer.Stalls)
        {
            return false;
        }

        if (answer.Status != 0)
        {
            var head = new StringBuilder($"HTTP/1.1 {answer.Status} X\r\n");
            foreach (var (name, value) in answer.Headers)
            {
                head.Append($"{name}: {value}\r\n");
            }

            head.Append($"Content-Length: {answer.Length ?? answer.Body.Length}\r\n\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), stop.Token);
            if (request.Method != "HEAD")
            {
                await stream.WriteAsync(answer.Body.AsMemory(0, answer.CutAfter ?? answer.Body.Length), stop.Token);
            }
        }

        if (answer.Stalls)
        {
            await Task.Delay(Timeout.Infinite, stop.Token);
        }

        return answer.CutAfter is null;
    }

    private FakeAnswer Serve(FakeRequest request)
    {
        var parts = request.Path.Split('/');
        var name = parts[^1];
        return parts[^2] switch
        {
            "manifests" when request.Method == "PUT" => Put(string.Join('/', parts[2..^2]), name, request),
            "manifests" => Manifests.TryGetValue(string.Join('/', parts[2..^2]) + (name.Contains(':', StringComparison.Ordinal) ? "@" : ":") + name, out var manifest)
                ? new FakeAnswer(200, manifest.Bytes, ("Content-Type", manifest.MediaType), ("Docker-Content-Digest", DigestOf(manifest.Bytes)))
                : FakeAnswer.Error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
            "blobs" => Blobs.TryGetValue(name, out var blob) ? Blob(request, blob) : FakeAnswer.Error(404, "BLOB_UNKNOWN", "blob unknown"),
            "tags" => Tags(string.Join('/', parts[2..^2])),
            _ => FakeAnswer.Error(404, "NAME_UNKNOWN", "no such thing"),
        };
    }

    private static FakeAnswer Blob(FakeRequest request, byte[] blob)
    {
        if (request["Range"] is not { } range)
        {
            return new FakeAnswer(200, blob);
        }

        var from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        return new FakeAnswer(206, blob[from..], ("Content-Range", $"bytes {from}-{blob.Length - 1}/{blob.Length}"));
    }

    private FakeAnswer Put(string repository, string name, FakeRequest request)
    {
        AddManifest(repository, name, request["Content-Type"]!, request.Body);
        return new FakeAnswer(201, "");
    }

    private FakeAnswer Tags(string repository)
    {
        var tags = Manifests.Keys.Where(key => key.StartsWith(repository + ":", StringComparison.Ordinal)).Select(key => key[(repository.Length + 1)..]).ToList();
        return tags.Count == 0 ? FakeAnswer.Error(404, "NAME_UNKNOWN", "repository name not known") : new FakeAnswer(200, $$$"""{"name":"{{{repository}}}","tags":[{{{string.Join(',', tags.Select(tag => $"\"{tag}\""))}}}]}""");
    }
}
