using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using System.Xml.Linq;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Packaging;
using Virt.IntegrationTests.Registries;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Module;

/// <summary>Every example of the help, typed into the console host, on a host that has the VMs web01 and web02, the containers web and job, the network lan and the volume db, with a registry at localhost:5000 that mirrors docker.io and images of machines at localhost:5080; for images, the image tools:1; for disk images, the folder /tmp/vhd; for scripts, /tmp/setup.sh; for what is installed, /tmp/iso.</summary>
public sealed class ExampleTests
{
    // What changes the host so that the next example needs it made anew.
    private static readonly string[] Spoils = ["Start-VM", "Stop-VM", "Remove-VM", "Start-Container", "Stop-Container", "Remove-Container", "Stop-VirtOperation", "Move-VM", "Register-PatchSchedule", "Unregister-PatchSchedule", "Add-VirtPeer"];
    private static readonly string[] Archives = ["/tmp/tools.tar", "/tmp/tools-docker.tar.gz", "/tmp/tools.tar.zst", "/tmp/db.tar", "/tmp/db.tar.gz", "/tmp/web.tar", "/tmp/web.tar.gz", "/tmp/job.tar", "/tmp/web01.png", Script];
    private static readonly string[] ArchiveFolders = [MediaFolder, "/tmp/web01", "/tmp/web01-before", "/tmp/web02", "/tmp/web02-monday", "/tmp/web02-now", "/tmp/web02-tuesday", "/tmp/web02-wednesday"];
    private const string DiskFolder = "/tmp/vhd";
    private const string Script = "/tmp/setup.sh";
    private const string MediaFolder = "/tmp/iso";
    private static readonly string[] WantsGuest = ["Stop-VM", "Wait-VM", "Invoke-VMCommand", "Copy-VMFile", "Measure-VM", "Get-VMGuest", "Connect-VMConsole", "Enter-VM", "Get-VMConsole", "Get-VMScreenshot", "Send-VMKey"];
    private static readonly string[] WantsRunning = ["Suspend-VM", "Resume-VM", "Save-VM", "Remove-VMSavedState"];
    private static readonly string[] WantsContainerStopped = ["Start-Container", "Remove-Container"];

    [Fact]
    public async Task Every_example_of_the_help_runs_without_an_error()
    {
        await using var host = await TestHost.StartAsync("--name", "hosta", "--peer-listen", "127.0.0.1:7711", "--registry-plain-http", "localhost:5000", "--registry-plain-http", "localhost:5080", "--registry-mirror", "localhost:5000");
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("team/app:1.0");
        await registry.PushAsync("library/debian:12");
        using var site = await VmImageSite.StartAsync(host);
        await using var other = await TestHost.MakeAsync(beside: host);
        await other.StartAgentAsync("--name", "hostb", "--peer-listen", "127.0.0.2:7711");

        // Examples name another host; here it is no SSH away.
        var connect = $"$null = Connect-VirtHost {other.Endpoint.Text} -Name hostb\n";
        var failures = new List<string>();
        foreach (var (name, examples) in Help())
        {
            foreach (var code in Spoils.Contains(name) ? examples : [string.Join('\n', examples)])
            {
                Clear(host);
                Clear(other);
                Furnish(host, name);
                if (name is "Compare-VM" or "Move-VM")
                {
                    Pair(host, other);
                }

                var result = await VirtShell.RunAsync(host.Endpoint.Text, "-NonInteractive", "-Command", "$ErrorActionPreference = 'Stop'\n" + connect + code);
                if (result.ExitCode != 0 || result.Error.Length > 0)
                {
                    failures.Add($"'{code}' ended with {result.ExitCode}: {result.Error}{result.Output}");
                }
            }
        }

        Clear(host);
        Clear(other);
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    private static void Pair(TestHost host, TestHost other)
    {
        var code = other.Invoke(Methods.NewVirtPeerCode, new NewVirtPeerCode());
        host.Invoke(Methods.AddVirtPeer, new AddVirtPeer { Address = code.Address, Code = code.Code });
    }

    private static void Clear(TestHost host)
    {
        foreach (var vm in host.Invoke(Methods.GetVM, new GetVM()).Items.OrderBy(static vm => vm.LinkedTo.Length == 0))
        {
            host.Invoke(Methods.RemoveVM, new RemoveVM { Id = vm.Id, Force = true, DeleteDisk = true });
        }

        foreach (var container in host.Invoke(Methods.GetContainer, new GetContainer()).Items)
        {
            host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
        }

        foreach (var volume in host.Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items)
        {
            host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Id = volume.Id });
        }

        foreach (var image in host.Invoke(Methods.GetContainerImage, new GetContainerImage()).Items.Where(static i => i.Digest.Length > 0).DistinctBy(static i => i.Id))
        {
            host.Invoke(Methods.RemoveContainerImage, new RemoveContainerImage { Id = image.Id, Force = true });
        }

        foreach (var image in host.Invoke(Methods.GetVMImage, new GetVMImage()).Items.Where(static i => i.Source.Length > 0))
        {
            host.Invoke(Methods.RemoveVMImage, new RemoveVMImage { Name = image.Name });
        }

        foreach (var archive in Archives)
        {
            File.Delete(archive);
        }

        foreach (var folder in ArchiveFolders.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        if (Directory.Exists(DiskFolder))
        {
            Directory.Delete(DiskFolder, recursive: true);
        }

        foreach (var network in host.Invoke(Methods.GetVirtNetwork, new GetVirtNetwork()).Items.Where(static n => n.BridgeName.Length > 0))
        {
            host.Invoke(Methods.RemoveVirtNetwork, new RemoveVirtNetwork { Id = network.Id });
        }

        foreach (var schedule in host.Invoke(Methods.GetPatchSchedule, new GetPatchSchedule()).Items)
        {
            host.Invoke(Methods.UnregisterPatchSchedule, new UnregisterPatchSchedule { Name = schedule.Name });
        }

        foreach (var peer in host.Invoke(Methods.GetVirtPeer, new GetVirtPeer()).Items)
        {
            host.Invoke(Methods.RemoveVirtPeer, new RemoveVirtPeer { Name = peer.Name });
        }

        // The disks that Remove-VM has kept, as it says.
        var disks = Path.Combine(host.StateFolder, "disks");
        foreach (var disk in Directory.Exists(disks) ? Directory.GetFiles(disks) : [])
        {
            File.Delete(disk);
        }
    }

    private static void Furnish(TestHost host, string name)
    {
        string[] vms = ["web01", "web02"];
        foreach (var vm in vms)
        {
            host.Invoke(Methods.NewVM, new NewVM { Name = vm, Image = "starter", MemoryStartupBytes = 192 << 20 });
        }

        if (name.EndsWith("-VMCheckpoint", StringComparison.Ordinal))
        {
            host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = "web01", CheckpointName = "before" });
        }

        if (WantsGuest.Contains(name) || WantsRunning.Contains(name))
        {
            host.Invoke(Methods.StartVM, new StartVM { Name = "web01" });
        }

        if (WantsGuest.Contains(name))
        {
            host.Invoke(Methods.WaitVM, new WaitVM { Name = "web01", For = WaitCondition.GuestAgent, Timeout = TimeSpan.FromMinutes(2) });
        }

        if (name.EndsWith("-VHD", StringComparison.Ordinal) || name.EndsWith("Drive", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(DiskFolder);
        }

        if (name == "Invoke-VMCommand")
        {
            File.WriteAllText(Script, "echo \"$1 is set up\"\n");
        }

        if (name == "New-VMImage")
        {
            MakeMedia();
        }

        if (name.EndsWith("-ContainerImage", StringComparison.Ordinal) || name.EndsWith("-ContainerImageName", StringComparison.Ordinal))
        {
            host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "tools:1", Path = RepositoryRoot.File("out", "images", "containers", "starter", "rootfs"), Command = ["/bin/sh"] });
        }

        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "db" });
        host.Invoke(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "db", CheckpointName = "before" });
        host.Invoke(Methods.NewVirtNetwork, new NewVirtNetwork { Name = "lan" });
        host.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "web", Image = "starter", Command = ["sleep", "600"] } });
        host.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "job", Image = "starter", Command = ["sh", "-c", "exit 3"] } });
        if (WantsContainerStopped.Contains(name))
        {
            host.Invoke(Methods.StopContainer, new StopContainer { Name = "web", TurnOff = true });
        }
    }

    // What is installed from: as large as what looks at it needs them to be.
    private static void MakeMedia()
    {
        var tree = Directory.CreateDirectory(Path.Combine(MediaFolder, "tree")).FullName;
        foreach (var file in new[] { "tree/linux", "tree/initrd.gz", "preseed.cfg", "autounattend.xml" })
        {
            File.WriteAllText(Path.Combine(MediaFolder, file), "example");
        }

        foreach (var medium in new[] { "debian-12", "windows-2025", "virtio-win" })
        {
            ProgramRun.Output0("xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-o", Path.Combine(MediaFolder, medium + ".iso"), tree);
        }
    }

    private static Dictionary<string, string[]> Help() => XDocument.Load(RepositoryRoot.File("out", "module", "Virt", "en-US", "Virt.dll-Help.xml")).Root!.Elements().ToDictionary(
        command => command.Descendants().First(element => element.Name.LocalName == "name").Value,
        command => command.Descendants().Where(element => element.Name.LocalName == "code").Select(element => element.Value).ToArray(),
        StringComparer.Ordinal);
}
