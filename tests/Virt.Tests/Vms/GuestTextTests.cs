using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

/// <summary>What is read out of texts that QEMU and guests write.</summary>
public sealed class GuestTextTests
{
    [Fact]
    public void Ports_are_those_that_listen_for_others_than_the_guest_itself()
    {
        const string Tcp = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
               1: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2
               2: 0F02000A:0050 0202000A:D431 01 00000000:00000000 00:00000000 00000000     0        0 3
               3: 0F02000A:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4
            """;
        Assert.Equal([443, 8080], System.Linq.Enumerable.Order(ListeningPorts.Parse(Tcp)));
    }

    [Fact]
    public void Ports_of_ipv6_are_without_its_loopback()
    {
        const string Tcp6 = """
               0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A
               1: 00000000000000000000000001000000:0051 00000000000000000000000000000000:0000 0A
            """;
        Assert.Equal([80], ListeningPorts.Parse(Tcp6));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage\n: : : 0A\n1: xyz:zz 0 0A")]
    public void Garbage_has_no_ports(string text) => Assert.Empty(ListeningPorts.Parse(text));

    [Theory]
    [InlineData("", "")]
    [InlineData("qemu-system-x86_64: cannot set up guest memory\n", "cannot set up guest memory")]
    [InlineData("warning: first\nqemu-system-x86_64: -blockdev driver=qcow2,node-name=d: Failed to get \"write\" lock\nIs another process using the image [x]?\n", "Failed to get \"write\" lock")]
    public void Qemus_last_words_are_without_its_name_and_option(string text, string last) => Assert.Equal(last, QemuWords.Last(text));

    [Theory]
    [InlineData("", null)]
    [InlineData("qemu-system-x86_64: cannot set up guest memory\n", null)]
    [InlineData("qemu-system-x86_64: -blockdev driver=qcow2,node-name=disk1: Failed to get \"write\" lock\nIs another process using the image [x]?\n", "disk1")]
    [InlineData("qemu-system-x86_64: -blockdev driver=qcow2,node-name=disk0base1,discard=unmap: Image is not in qcow2 format\n", "disk0base1")]
    [InlineData("qemu-system-x86_64: -device x,node-name=disk0: no\n", null)]
    public void Qemus_last_words_name_a_block_device(string text, string? node) => Assert.Equal(node, QemuWords.Node(text));
}
