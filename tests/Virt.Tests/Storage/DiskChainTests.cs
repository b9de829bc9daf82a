using System.IO;
using System.Linq;
using Virt.Agent.Storage;
using Xunit;

namespace Virt.Tests.Storage;

public sealed class DiskChainTests
{
    [Fact]
    public void The_name_has_the_whole_chain_and_no_lock_on_what_is_lent() => Assert.Equal(
        "json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"/a+ä\"},\"backing\":{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"/b\",\"locking\":\"off\"}}}",
        DiskChain.NameOf([("/a+ä", "qcow2", false), ("/b", "raw", true)]));

    [Fact]
    public void A_path_is_found_in_it() => Assert.Contains(DiskChain.Quoted("/a\"+ä"), DiskChain.NameOf([("/a\"+ä", "qcow2", false)]), System.StringComparison.Ordinal);

    [Fact]
    public void A_child_is_untouched_until_its_first_table_names_a_second()
    {
        var path = Path.GetTempFileName();
        try
        {
            // docs/interop/qcow2.txt: magic, version 3, size at 24, two entries of the table at 40, which begins at 4096.
            var image = new byte[4096 + 16];
            new byte[] { 0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3 }.CopyTo(image, 0);
            (image[29], image[39], image[46]) = (1, 2, 0x10);
            Write();
            Assert.True(Qcow2Header.IsUntouched(path, 1 << 16));
            Assert.False(Qcow2Header.IsUntouched(path, 1 << 17));

            image[4096 + 8] = 0x80;
            Write();
            Assert.False(Qcow2Header.IsUntouched(path, 1 << 16));

            image = [.. image.Take(4096)];
            Write();
            Assert.False(Qcow2Header.IsUntouched(path, 1 << 16));
            File.WriteAllText(path, "raw");
            Assert.False(Qcow2Header.IsUntouched(path, 3));

            void Write() => File.WriteAllBytes(path, image);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
