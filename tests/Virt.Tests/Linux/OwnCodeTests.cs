using System;
using System.IO;
using System.Linq;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Linux;

/// <summary>What a process gives back of its own program.</summary>
public sealed class OwnCodeTests
{
    private const string Smaps = """
        1000-3000 r--p 00000000 fe:00 7          /usr/lib/virt/virt-agent
        Rss:                   8 kB
        Anonymous:             0 kB
        VmFlags: rd mr mw me
        3000-9000 r-xp 00002000 fe:00 7          /usr/lib/virt/virt-agent
        Rss:                  16 kB
        Anonymous:             0 kB
        9000-a000 r--p 00008000 fe:00 7          /usr/lib/virt/virt-agent
        Rss:                   4 kB
        Anonymous:             4 kB
        a000-b000 rw-p 00009000 fe:00 7          /usr/lib/virt/virt-agent
        Rss:                   4 kB
        Anonymous:             0 kB
        b000-c000 rw-p 00000000 00:00 0
        Rss:                   4 kB
        Anonymous:             0 kB
        d000-e000 r-xp 00000000 fe:00 9          /usr/lib/libssl.so.3
        Rss:                   4 kB
        Anonymous:             0 kB
        e000-f000 r--s 00000000 fe:00 7          /usr/lib/virt/virt-agent
        Rss:                   4 kB
        Anonymous:             0 kB
        f000-f800 r-xp 00000000 fe:00 7          /usr/lib/virt/virt-agent
        Rss:                   0 kB
        Anonymous:             0 kB
        """;

    [Fact]
    public void Only_what_is_as_the_program_s_file_is() =>
        Assert.Equal([(0x1000L, 0x2000L, 8L << 10), (0x3000L, 0x6000L, 16L << 10)], OwnCode.Find(Smaps.Split('\n', StringSplitOptions.TrimEntries), "/usr/lib/virt/virt-agent"));

    [Fact]
    public void A_process_goes_on_without_it()
    {
        var program = Environment.ProcessPath!;
        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith(program, StringComparison.Ordinal));
        Assert.True(OwnCode.GiveBack() > 0);
        Assert.Equal(4950, Enumerable.Range(0, 100).Sum());
    }
}
