using System.IO;
using Virt.Linux.Files;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Linux;

public sealed class FileHoldersTests
{
    [Fact]
    public void A_process_that_has_the_file_open_is_found_by_its_descriptor_and_one_with_a_lock_comes_first()
    {
        var folder = Directory.CreateTempSubdirectory("virt-holders-").FullName;
        try
        {
            var image = Path.Combine(folder, "a.img");
            File.WriteAllText(image, "x");
            foreach (var (id, locks) in new[] { ("11", ""), ("22", "lock:\t1: OFDLCK  ADVISORY  READ -1 00:01:2 201 201\n") })
            {
                Directory.CreateDirectory(Path.Combine(folder, "proc", id, "fd"));
                Directory.CreateDirectory(Path.Combine(folder, "proc", id, "fdinfo"));
                File.CreateSymbolicLink(Path.Combine(folder, "proc", id, "fd", "5"), image);
                File.WriteAllText(Path.Combine(folder, "proc", id, "fdinfo", "5"), "pos:\t0\n" + locks);
                File.WriteAllText(Path.Combine(folder, "proc", id, "comm"), $"program{id}\n");
            }

            Directory.CreateDirectory(Path.Combine(folder, "proc", "33", "fd"));
            Assert.Equal([(22, "program22", true), (11, "program11", false)], FileHolders.Find(image, Path.Combine(folder, "proc")));
            Assert.Empty(FileHolders.Find(Path.Combine(folder, "none"), Path.Combine(folder, "proc")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Who_refuses_writing_is_seen_by_whoever_asks_until_it_ends_and_two_may()
    {
        var image = Path.GetTempFileName();
        try
        {
            Assert.False(ImageLock.IsHeld(image));
            using (var first = ImageLock.TryRefuseWriting(image))
            using (var second = ImageLock.TryRefuseWriting(image))
            {
                Assert.NotNull(first);
                Assert.NotNull(second);
                Assert.True(ImageLock.IsHeld(image));
            }

            Assert.False(ImageLock.IsHeld(image));
        }
        finally
        {
            File.Delete(image);
        }
    }

    [Fact]
    public void A_file_is_the_same_by_another_name_and_a_folder_is_none()
    {
        var folder = Directory.CreateTempSubdirectory("virt-identity-").FullName;
        try
        {
            var (first, second, other) = (Path.Combine(folder, "a"), Path.Combine(folder, "b"), Path.Combine(folder, "c"));
            File.WriteAllText(first, "");
            File.WriteAllText(other, "");
            File.CreateSymbolicLink(second, first);
            Assert.True(FileIdentity.Read(first)!.IsSame(FileIdentity.Read(second)));
            Assert.False(FileIdentity.Read(first)!.IsSame(FileIdentity.Read(other)));
            Assert.Equal((true, false), (FileIdentity.Read(first)!.IsRegular, FileIdentity.Read(folder)!.IsRegular));
            Assert.Null(FileIdentity.Read(Path.Combine(folder, "none")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
