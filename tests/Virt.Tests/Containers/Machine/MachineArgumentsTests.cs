using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using Virt.Agent.Containers;
using Virt.Agent.Containers.Machine;
using Virt.Agent.Hosts;
using Virt.Agent.Networks;
using Xunit;

namespace Virt.Tests.Containers.Machine;

public sealed class MachineArgumentsTests
{
    private static readonly ContainerSpec Spec = new() { Image = "i", Rootfs = "/r", Command = ["sh"], HostName = "box", Isolation = ContainerIsolation.VM };
    private static readonly MachineParts Parts = new("/usr/bin/qemu", "/usr/libexec/virtiofsd", "/k", "/m", "/q");

    private static string Words(ContainerSpec spec, GuestLink? link = null, string accelerator = "tcg", Architecture architecture = Architecture.X64) =>
        string.Join(' ', MachineArguments.Build(spec, new MachineHost(architecture, accelerator, []), Parts, link)) + " ";

    [Fact]
    public void First_the_view_then_the_file_server_then_QEMU()
    {
        var words = MachineArguments.Build(Spec, new MachineHost(Architecture.X64, "tcg", []), Parts, null).ToList();
        Assert.Equal(("/dev/machine", "6", "/usr/libexec/virtiofsd"), (words[0], words[1], words[2]));
        Assert.Equal("/usr/bin/qemu", words[2 + 6]);
        Assert.Equal("/usr/libexec/virtiofsd -f --fd=3 --rlimit-nofile=0 -o source=/root,sandbox=chroot,cache=auto,xattr,announce_submounts,log_level=err", string.Join(' ', words.Skip(2).Take(6)));
    }

    [Fact]
    public void What_it_may_have_is_the_machines()
    {
        Assert.Contains(" -smp 1 -m size=256M ", Words(Spec));
        Assert.Contains("memory-backend-memfd,id=memory,size=268435456,share=on", Words(Spec));
        Assert.Contains(" -smp 3 -m size=101M ", Words(Spec with { CpuCount = 2.1, MemoryBytes = (100 << 20) + 1 }));
        Assert.Equal((101L << 20) + (192 << 20), MachineMemory.OnHost(Spec with { MemoryBytes = (100 << 20) + 1 }));
    }

    [Fact]
    public void It_is_confined_and_has_no_link_but_that_of_its_network()
    {
        Assert.Contains(" -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny ", Words(Spec));
        Assert.DoesNotContain("netdev", Words(Spec));
        var link = new GuestLink("02:56:0a:90:00:02", 1400, [(IPAddress.Parse("10.144.0.2"), 24)], []);
        Assert.Contains(" -netdev tap,id=network,fd=5 -device virtio-net-pci,netdev=network,mac=02:56:0a:90:00:02,romfile= ", Words(Spec, link));
    }

    [Fact]
    public void The_accelerator_and_the_architecture_decide_the_rest()
    {
        Assert.Contains(" -accel kvm -cpu host ", Words(Spec, accelerator: "kvm"));
        Assert.Contains(" -accel tcg,tb-size=64 -cpu max ", Words(Spec));
        Assert.Contains(" -machine virt,memory-backend=memory ", Words(Spec, architecture: Architecture.Arm64));
        Assert.Contains("console=ttyAMA0 ", Words(Spec, architecture: Architecture.Arm64));
    }

    [Fact]
    public void What_is_missing_is_said_one_by_one()
    {
        Assert.Null(Parts.Missing);
        Assert.Equal("QemuMissing", (Parts with { Qemu = null }).Missing?.Id);
        Assert.Equal("FileServerMissing", (Parts with { FileServer = null }).Missing?.Id);
        Assert.Equal("MachineKernelMissing", (Parts with { Kernel = null }).Missing?.Id);
    }
}
