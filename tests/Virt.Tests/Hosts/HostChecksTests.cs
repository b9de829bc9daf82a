using System;
using System.IO;
using System.Runtime.InteropServices;
using Virt.Agent.Hosts;
using Xunit;

namespace Virt.Tests.Hosts;

public sealed class HostChecksTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("virt-root-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(Architecture.Arm64, null, false, CheckResult.Ok, "qemu-system-aarch64", "sudo apt-get install qemu-system-arm qemu-efi-aarch64")]
    [InlineData(Architecture.X64, null, false, CheckResult.Ok, "qemu-system-x86_64", "sudo apt-get install qemu-system-x86 ovmf")]
    [InlineData(Architecture.Arm64, "7.2.22", false, CheckResult.Warning, "UEFI firmware", "sudo apt-get install qemu-system-arm qemu-efi-aarch64")]
    [InlineData(Architecture.Arm64, "7.2.22", true, CheckResult.Ok, "emulates arm64", null)]
    public void A_host_says_which_other_CPU_its_machines_can_have(Architecture other, string? version, bool hasUefi, CheckResult result, string text, string? action)
    {
        if (hasUefi)
        {
            Directory.CreateDirectory(Path.Combine(root, "usr/share/AAVMF"));
            File.WriteAllText(Path.Combine(root, "usr/share/AAVMF/AAVMF_CODE.fd"), "");
        }

        var check = HostChecks.OtherCpu(root, other, version);
        Assert.Equal(("Other CPUs", result, action), (check.Name, check.Result, check.RecommendedAction));
        Assert.Contains(text, check.Message, StringComparison.Ordinal);
    }
}
