using System.IO;
using System.Linq;
using System.Text;
using Virt.Agent.Images.Tar;
using Virt.Linux.Files;
using Xunit;

namespace Virt.Tests.Images.Tar;

public sealed class TarWriterTests
{
    [Fact]
    public void What_is_written_is_read_again_with_every_byte()
    {
        byte[] value = [0, 255, (byte)'\n', (byte)'='];
        var entries = new[]
        {
            new TarEntry { Name = "d/"u8.ToArray(), Kind = TarKind.Folder, Attributes = new TreeAttributes { Mode = 0x3FF } },
            new TarEntry { Name = Encoding.UTF8.GetBytes(new string('n', 300)), Kind = TarKind.File, Size = 600, Attributes = new TreeAttributes { Mode = 0x9ED, UserId = 4_000_000_000, GroupId = 7, ModifiedSeconds = -5, Extended = [("security.capability", value)] } },
            new TarEntry { Name = [0xFF, 0xFE], Kind = TarKind.Link, Target = Encoding.UTF8.GetBytes(new string('t', 150)), Attributes = new TreeAttributes { Mode = 0x1FF, ModifiedSeconds = 1_600_000_000 } },
            new TarEntry { Name = "h"u8.ToArray(), Kind = TarKind.HardLink, Target = "d/x"u8.ToArray(), Attributes = new TreeAttributes { Mode = 0x1A4 } },
            new TarEntry { Name = "c"u8.ToArray(), Kind = TarKind.CharacterDevice, DeviceMajor = 259, DeviceMinor = 70_000, Attributes = new TreeAttributes { Mode = 0x1A4 } },
            new TarEntry { Name = "p"u8.ToArray(), Kind = TarKind.Pipe, Attributes = new TreeAttributes { Mode = 0x1A4 } },
        };
        var bytes = new MemoryStream();
        var writer = new TarWriter(bytes);
        foreach (var entry in entries)
        {
            writer.Add(entry, entry.Size == 0 ? [] : new byte[entry.Size]);
        }

        writer.Finish();
        Assert.Equal(0, bytes.Length % 512);
        bytes.Position = 0;
        var reader = new TarReader(bytes);
        foreach (var entry in entries)
        {
            var found = reader.Next()!;
            Assert.Equal((entry.Path, entry.Kind, entry.Size, entry.DeviceMajor, entry.DeviceMinor), (found.Path, found.Kind, found.Size, found.DeviceMajor, found.DeviceMinor));
            Assert.Equal(entry.Name, found.Name);
            Assert.Equal(entry.Target, found.Target);
            Assert.Equal(Plain(entry.Attributes), Plain(found.Attributes));
            Assert.Equal(entry.Attributes.Extended.Select(static a => (a.Name, System.Convert.ToHexString(a.Value.Span))), found.Attributes.Extended.Select(static a => (a.Name, System.Convert.ToHexString(a.Value.Span))));
        }

        Assert.Null(reader.Next());
    }

    private static (uint Mode, uint UserId, uint GroupId, long Seconds) Plain(TreeAttributes attributes) => (attributes.Mode, attributes.UserId, attributes.GroupId, attributes.ModifiedSeconds);
}
