using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;
using Virt.Agent.Images.Store;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Images.Store;

public sealed class BlobStoreTests : IDisposable
{
    private static readonly byte[] Content = Bytes(300_000);
    private static readonly OciDescriptor Descriptor = new() { Digest = Digest.Of(Content), Size = Content.Length };

    private readonly string folder = Directory.CreateTempSubdirectory("virt-blobs-").FullName;
    private readonly BlobStore store;

    public BlobStoreTests() => store = new BlobStore(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_blob_is_there_after_its_commit_and_not_before()
    {
        await using (var writer = await BeginAsync())
        {
            await writer.WriteAsync(Content, default);
            Assert.False(store.Has(Descriptor.Digest));
            await writer.CommitAsync(default);
        }

        Assert.True(store.Has(Descriptor.Digest));
        Assert.Null(await store.BeginWriteAsync(Descriptor, default));
        await using var read = store.OpenRead(Descriptor.Digest);
        using var hashed = new DigestStream(read);
        Assert.Equal(Descriptor.Digest, hashed.Finish());
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "partial")));
    }

    [Fact]
    public async Task A_writer_goes_on_where_the_one_before_stopped()
    {
        await using (var writer = await BeginAsync())
        {
            await writer.WriteAsync(Content.AsMemory(0, 200_001), default);
        }

        await using var next = await BeginAsync();
        Assert.Equal(200_001, next.Offset);
        await next.WriteAsync(Content.AsMemory(200_001), default);
        await next.CommitAsync(default);
        Assert.True(store.Has(Descriptor.Digest));
    }

    [Fact]
    public async Task What_was_damaged_between_two_writers_is_found_at_the_commit_and_removed()
    {
        await using (var writer = await BeginAsync())
        {
            await writer.WriteAsync(Content.AsMemory(0, 1000), default);
        }

        var partial = Path.Combine(folder, "partial", Descriptor.Digest.Hex);
        await File.WriteAllBytesAsync(partial, new byte[1000]);
        await using (var writer = await BeginAsync())
        {
            await writer.WriteAsync(Content.AsMemory(1000), default);
            var e = await Assert.ThrowsAsync<VirtException>(() => writer.CommitAsync(default));
            Assert.Equal((ErrorCode.DataLoss, "BlobDigestMismatch"), (e.Code, e.Id));
        }

        Assert.False(store.Has(Descriptor.Digest));
        Assert.Equal(0, new FileInfo(partial).Length);
    }

    [Fact]
    public async Task A_blob_that_is_too_short_is_not_committed_and_can_be_gone_on_with()
    {
        await using (var writer = await BeginAsync())
        {
            await writer.WriteAsync(Content.AsMemory(0, 10), default);
            Assert.Equal("BlobIncomplete", (await Assert.ThrowsAsync<VirtException>(() => writer.CommitAsync(default))).Id);
        }

        await using var next = await BeginAsync();
        Assert.Equal(10, next.Offset);
    }

    [Fact]
    public async Task More_than_a_blob_has_is_refused()
    {
        await using var writer = await BeginAsync();
        await writer.WriteAsync(Content, default);
        var e = await Assert.ThrowsAsync<VirtException>(async () => await writer.WriteAsync(new byte[1], default));
        Assert.Equal("BlobTooLong", e.Id);
    }

    [Fact]
    public async Task A_writer_can_begin_anew()
    {
        await using var writer = await BeginAsync();
        await writer.WriteAsync(new byte[5], default);
        writer.Restart();
        await writer.WriteAsync(Content, default);
        await writer.CommitAsync(default);
        Assert.True(store.Has(Descriptor.Digest));
    }

    [Fact]
    public async Task Two_that_write_the_same_blob_wait_for_each_other_and_the_second_has_nothing_to_do()
    {
        var first = await BeginAsync();
        var second = store.BeginWriteAsync(Descriptor, default);
        Assert.False(second.IsCompleted);
        await first.WriteAsync(Content, default);
        await first.CommitAsync(default);
        await first.DisposeAsync();
        Assert.Null(await second);
    }

    [Fact]
    public async Task A_wait_for_another_writer_can_be_cancelled()
    {
        await using var first = await BeginAsync();
        using var cancellation = new CancellationTokenSource();
        var second = store.BeginWriteAsync(Descriptor, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task Content_of_unknown_digest_gets_its_name()
    {
        var (digest, size) = await store.AddAsync(new MemoryStream(Content), default);
        Assert.Equal((Descriptor.Digest, Descriptor.Size), (digest, size));
        Assert.Equal(size, store.SizeOf(digest));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "partial")));
    }

    [Fact]
    public async Task A_sweep_removes_what_nobody_names_or_holds()
    {
        var (named, _) = await store.AddAsync("named"u8.ToArray(), default);
        var (held, _) = await store.AddAsync("held"u8.ToArray(), default);
        var (free, _) = await store.AddAsync("free"u8.ToArray(), default);
        var hold = store.Hold(held);
        var again = store.Hold(held);
        hold.Dispose();
        hold.Dispose();
        Assert.Equal(4, store.Sweep(new HashSet<Digest> { named }));
        Assert.Equal((true, true, false), (store.Has(named), store.Has(held), store.Has(free)));
        again.Dispose();
        store.Sweep(new HashSet<Digest> { named });
        Assert.False(store.Has(held));
    }

    [Fact]
    public void A_missing_blob_is_an_error_that_names_it()
    {
        var e = Assert.Throws<VirtException>(() => store.OpenRead(Descriptor.Digest));
        Assert.Equal((ErrorCode.DataLoss, "BlobMissing", Descriptor.Digest.ToString()), (e.Code, e.Id, e.Target));
    }

    private async Task<BlobWriter> BeginAsync() => await store.BeginWriteAsync(Descriptor, default) ?? throw new InvalidOperationException("The blob is there.");

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
