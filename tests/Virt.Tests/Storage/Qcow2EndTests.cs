using System;
using System.Buffers.Binary;
using System.IO;
using Virt.Agent.Storage;
using Xunit;

namespace Virt.Tests.Storage;

public sealed class Qcow2EndTests : IDisposable
{
    private const int Cluster = 65536;
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void An_image_ends_with_its_last_cluster()
    {
        Write(clusters: 5, users: 5);
        Assert.False(Qcow2End.IsMissing(path));
        Write(clusters: 9, users: 5);
        Assert.False(Qcow2End.IsMissing(path));
        Write(clusters: 4, users: 5);
        Assert.True(Qcow2End.IsMissing(path));
    }

    [Fact]
    public void One_whose_counts_are_cut_off_is_cut_off()
    {
        Write(clusters: 2, users: 5);
        Assert.True(Qcow2End.IsMissing(path));
        Write(clusters: 1, users: 5);
        Assert.True(Qcow2End.IsMissing(path));
    }

    [Fact]
    public void What_is_no_such_image_is_for_others_to_refuse()
    {
        File.WriteAllText(path, new string('x', 200));
        Assert.False(Qcow2End.IsMissing(path));
        Assert.False(Qcow2End.IsMissing(path + ".gone"));
    }

    // The head, the table of the counts, their one block, and then what they count.
    private void Write(int clusters, int users)
    {
        var image = new byte[Math.Max(clusters, 3) * Cluster];
        new byte[] { 0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3 }.CopyTo(image, 0);
        image[23] = 16;
        BinaryPrimitives.WriteInt64BigEndian(image.AsSpan(48), Cluster);
        image[59] = 1;
        image[99] = 4;
        BinaryPrimitives.WriteInt64BigEndian(image.AsSpan(Cluster), 2 * Cluster);
        for (var user = 0; user < users; user++)
        {
            image[2 * Cluster + user * 2 + 1] = 1;
        }

        File.WriteAllBytes(path, image[..(clusters * Cluster)]);
    }
}
