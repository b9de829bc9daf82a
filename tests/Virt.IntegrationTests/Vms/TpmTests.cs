using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Vms;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>Virtual TPMs: what a guest has put into one is there whatever becomes of the machine, and nowhere else.</summary>
public sealed class TpmTests
{
    private static readonly string Zeros = new('0', 64);

    public static TheoryData<string> StartPoints => [.. VmFaults.StartWithTpm];

    [Fact]
    public async Task A_guest_has_a_TPM_whose_memory_goes_with_the_machines_own()
    {
        await using var host = await TestHost.StartAsync();
        host.NewWithTpm("vault");
        host.Boot("vault");
        Assert.Equal("2", host.Run("vault", "cat /sys/class/tpm/tpm0/tpm_version_major"));
        Assert.Equal(Zeros, host.ReadPcr("vault"));
        host.WriteNv("vault", "1122334455667788");
        host.ExtendPcr("vault");
        var once = host.ReadPcr("vault");
        Assert.NotEqual(Zeros, once);

        host.Checkpoint("vault", "before");
        host.ExtendPcr("vault");
        host.RewriteNv("vault", "8877665544332211");
        Assert.NotEqual(once, host.ReadPcr("vault"));
        host.Restore("vault", "before");
        host.Wait("vault", WaitCondition.GuestAgent);
        Assert.Equal((once, "1122334455667788"), (host.ReadPcr("vault"), host.ReadNv("vault")));

        host.ExtendPcr("vault");
        var twice = host.ReadPcr("vault");
        host.RewriteNv("vault", "aabbccddeeff0011");
        host.Invoke(Methods.SaveVM, new SaveVM { Name = "vault" });
        Assert.Empty(TestHost.ProcessesOf($"{host.Get("vault").Id:D}"));
        host.Start("vault");
        host.Wait("vault", WaitCondition.GuestAgent);
        Assert.Equal((twice, "aabbccddeeff0011"), (host.ReadPcr("vault"), host.ReadNv("vault")));

        host.Stop("vault");
        Assert.Empty(TestHost.ProcessesOf($"{host.Get("vault").Id:D}"));
        host.Boot("vault");
        Assert.Equal((Zeros, "aabbccddeeff0011"), (host.ReadPcr("vault"), host.ReadNv("vault")));
    }

    [Fact]
    public async Task Its_swtpm_sees_nothing_of_the_host_and_survives_the_agent()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmptyWithTpm("vault");
        host.Start("vault");
        var pid = host.TpmOf("vault");
        var status = await File.ReadAllLinesAsync($"/proc/{pid}/status", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("Uid:\t0\t0\t0\t0", status);
        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.Contains("CapBnd:\t0000000000000000", status);
        Assert.Contains("NoNewPrivs:\t1", status);
        Assert.Contains("Seccomp:\t2", status);
        var seen = Directory.EnumerateFileSystemEntries($"/proc/{pid}/root").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Empty(seen.Except(["bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tpm", "usr"]));
        Assert.Equal(["null", "urandom", "zero"], Directory.EnumerateFiles($"/proc/{pid}/root/dev").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, new FileInfo($"/proc/{pid}/ns/net").LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(host.TpmFile("vault"))!));
        Assert.Equal(Groups(host.Get("vault").ProcessId!.Value), Groups(pid));

        await host.KillAgentAsync();
        await host.StartAgentAsync();
        Assert.Equal(pid, host.TpmOf("vault"));
        host.Stop("vault", turnOff: true);
        Assert.False(Directory.Exists($"/proc/{pid}"));

        // QEMU ends as a fault of its own would end it.
        var qemu = host.Start("vault").ProcessId!.Value;
        pid = host.TpmOf("vault");
        await host.RunAsync("kill", "-KILL", $"{qemu}");
        await Poll.UntilAsync(() => host.Get("vault").State == VMState.Failed, "the end of QEMU");
        Assert.False(Directory.Exists($"/proc/{pid}"));
        host.Start("vault");

        static string Groups(int process) => File.ReadAllText($"/proc/{process}/cgroup");
    }

    [Fact]
    public async Task A_guest_whose_swtpm_has_ended_goes_on_without_and_cannot_be_kept_with_its_memory()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmptyWithTpm("vault");
        host.Start("vault");
        await host.RunAsync("kill", "-KILL", $"{host.TpmOf("vault")}");
        await Poll.UntilAsync(() => host.Get("vault").Status.Contains("TPM has ended", StringComparison.Ordinal), "the machine says that its TPM has ended");
        Assert.Equal(VMState.Running, host.Get("vault").State);
        Assert.Equal("TpmEnded", host.Refused(Methods.SaveVM, new SaveVM { Name = "vault" }).Id);
        Assert.Equal("TpmEnded", host.Refused(Methods.CheckpointVM, new CheckpointVM { Name = "vault", CheckpointName = "x" }).Id);

        // Also for an agent that comes later.
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        await Poll.UntilAsync(() => host.Get("vault").Status.Contains("TPM has ended", StringComparison.Ordinal), "the machine says it again");
        host.Stop("vault", turnOff: true);
        Assert.Equal("", host.Start("vault").Status);
        Assert.True(host.TpmOf("vault") > 0);
    }

    [Fact]
    public async Task What_a_machine_is_without_its_memory_has_its_TPM_of_that_moment()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmptyWithTpm("vault");
        host.Checkpoint("vault", "new");
        await RunAsync();
        var first = host.TpmState("vault");
        host.Checkpoint("vault", "used");
        await RunAsync();
        host.Restore("vault", "used");
        Assert.Equal(first, host.TpmState("vault"));
        host.Restore("vault", "new");
        Assert.False(File.Exists(host.TpmFile("vault")));
        host.Restore("vault", "used");

        // Out, and in again: it is the same.
        host.Invoke(Methods.DisableVMTPM, new DisableVMTPM { Name = "vault" });
        Assert.False(host.HasTpm("vault"));
        host.Start("vault");
        Assert.Empty(TestHost.ProcessesOf($"prefix={host.Get("vault").Id:D}"));
        host.Stop("vault", turnOff: true);
        Assert.Equal(first, host.TpmState("vault"));
        host.Checkpoint("vault", "without");
        host.EnableTpm("vault");
        host.Restore("vault", "without");
        Assert.False(host.HasTpm("vault"));
        host.Restore("vault", "used");
        Assert.True(host.HasTpm("vault"));

        host.Invoke(Methods.CopyVM, new CopyVM { Name = "vault", NewName = "other" });
        host.Invoke(Methods.CopyVM, new CopyVM { Name = "vault", NewName = "same", KeepIdentity = true });
        Assert.Equal((true, false, true, first), (host.HasTpm("other"), File.Exists(host.TpmFile("other")), host.HasTpm("same"), host.TpmState("same")));

        var path = Path.Combine(host.Files, "vault");
        host.Invoke(Methods.ExportVM, new ExportVM { Name = "vault", Path = path });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(path, "tpm2.state")));
        host.Invoke(Methods.ImportVM, new ImportVM { Path = path, Name = "stranger" });
        Assert.Equal((true, false), (host.HasTpm("stranger"), File.Exists(host.TpmFile("stranger"))));
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = "vault" });
        host.Invoke(Methods.ImportVM, new ImportVM { Path = path, KeepIdentity = true });
        Assert.Equal((true, first), (host.HasTpm("vault"), host.TpmState("vault")));
        await RunAsync();
        Directory.Delete(path, recursive: true);

        // Its firmware starts the TPM, which counts its starts.
        async Task RunAsync()
        {
            var before = File.Exists(host.TpmFile("vault")) ? host.TpmState("vault") : "";
            host.Start("vault");
            await Poll.UntilAsync(() => File.Exists(host.TpmFile("vault")) && host.TpmState("vault") != before, "another state of the TPM");
            host.Stop("vault", turnOff: true);
            Assert.NotEqual(before, host.TpmState("vault"));
        }
    }

    [Fact]
    public async Task What_a_swtpm_has_put_in_the_place_of_its_state_leads_nowhere()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmptyWithTpm("vault");
        host.Start("vault");
        host.Stop("vault", turnOff: true);
        var (file, secret) = (host.TpmFile("vault"), Path.Combine(host.Files, "secret"));
        await File.WriteAllTextAsync(secret, "of the host", TestContext.Current.CancellationToken);
        File.Delete(file);
        File.CreateSymbolicLink(file, secret);
        host.Checkpoint("vault", "bad");
        host.Restore("vault", "bad");
        Assert.False(File.Exists(file));
        Assert.Equal("of the host", await File.ReadAllTextAsync(secret, TestContext.Current.CancellationToken));
        host.Start("vault");
    }

    [Theory]
    [MemberData(nameof(StartPoints))]
    public async Task A_start_that_the_agents_end_cuts_off_leaves_no_swtpm_behind(string point)
    {
        await using var host = await KilledHost.AtAsync(point, static h => h.Start("vault"), first: static h =>
        {
            h.NewEmptyWithTpm("vault");
            return Task.CompletedTask;
        });
        var vm = host.Get("vault");
        if (vm.State == VMState.Running)
        {
            Assert.True(host.TpmOf("vault") > 0);
            host.Stop("vault", turnOff: true);
        }

        Assert.Empty(TestHost.ProcessesOf($"{vm.Id:D}"));
        host.Start("vault");
    }

    [Fact]
    public async Task Who_cannot_have_one_is_told_why()
    {
        await using var host = await TestHost.StartAsync();
        host.NewEmpty("bios");
        Assert.Equal("NeedsUefi", host.Refused(Methods.EnableVMTPM, new EnableVMTPM { Name = "bios" }).Id);
        host.NewEmptyWithTpm("vault");
        host.Start("vault");
        Assert.Equal("VMWrongState", host.Refused(Methods.DisableVMTPM, new DisableVMTPM { Name = "vault" }).Id);
        host.Stop("vault", turnOff: true);

        await host.RunAsync("sh", "-c", "mount -t tmpfs none /mnt && mkdir /mnt/u /mnt/w && mount -t overlay none -o lowerdir=/usr/bin,upperdir=/mnt/u,workdir=/mnt/w /usr/bin && rm /usr/bin/swtpm");
        var missing = host.Refused(Methods.StartVM, new StartVM { Name = "vault" });
        Assert.Equal(("SwtpmMissing", "sudo apt-get install swtpm"), (missing.Id, missing.RecommendedAction));
        Assert.Equal(VMState.Stopped, host.Get("vault").State);
        host.Invoke(Methods.DisableVMTPM, new DisableVMTPM { Name = "vault" });
        Assert.Equal("SwtpmMissing", host.Refused(Methods.EnableVMTPM, new EnableVMTPM { Name = "vault" }).Id);
        Assert.Equal(CheckResult.Warning, host.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items.Single(static check => check.Name == "TPM").Result);
    }
}
