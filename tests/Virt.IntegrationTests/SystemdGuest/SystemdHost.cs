using System;
using System.Globalization;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Packaging;
using Virt.Protocol.Client;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>
/// A host with systemd and cgroup v2, in which Virt is installed from its package: a Debian guest, booted once for all tests that share it.
/// </summary>
public sealed class SystemdHost : IAsyncLifetime
{
    /// <summary>The package, where the guest sees it.</summary>
    internal const string Package = "/root/virt.deb";

    // For what must come, however busy the machine is: an emulated guest boots in 10 s on a quiet one, in 40 s on a busy one.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // Not "v…": what begins so is taken for a leftover.
    private readonly string kernelWords;
    private readonly Action<string>? addFiles;
    private readonly string folder = Directory.CreateTempSubdirectory("systemd-guest-").FullName;
    private GuestMachine? machine;
    private GuestAgentClient? shell;

    /// <summary>One like any other.</summary>
    public SystemdHost()
        : this("", null)
    {
    }

    /// <summary>One whose kernel is told more.</summary>
    /// <param name="kernelWords">Of its command line.</param>
    /// <param name="addFiles">Puts more files into the folder that it is given, which is the guest's /media.</param>
    internal SystemdHost(string kernelWords, Action<string>? addFiles)
    {
        this.kernelWords = kernelWords;
        this.addFiles = addFiles;
    }

    /// <summary>Boots it and installs the package.</summary>
    public async ValueTask InitializeAsync()
    {
        try
        {
            await BootAsync();
            await RunAsync(
                $"""
                set -e
                # Both are there after the reboot too that a test makes.
                images=/usr/share/virt/images/containers
                printf '%s\n' '/dev/vdb /media ext4 ro,nofail 0 0' "/media/containers/debian-system $images/debian-system none bind,nofail 0 0" >>/etc/fstab
                mkdir -p $images/debian-system
                mount /media
                cp /media/virt.deb {Package}
                dpkg -i {Package}
                cp -r /media/containers/starter $images/
                mount $images/debian-system
                """);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it, and fails where it has left anything on the machine.</summary>
    public async ValueTask DisposeAsync()
    {
        shell?.Dispose();
        if (machine is not null)
        {
            await machine.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
        Assert.Empty(TestHost.ProcessesOf(folder));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(folder, StringComparison.Ordinal));
    }

    /// <summary>Reboots the guest in the ordinary way, and waits until it is up again.</summary>
    internal async Task RebootAsync()
    {
        const string bootId = "/proc/sys/kernel/random/boot_id";
        var before = await RunAsync("cat " + bootId);
        using var limit = new CancellationTokenSource(Limit);

        // Not waited for: the guest may be down before it has told how the command ended.
        await shell!.StartAsync("/bin/systemctl", ["reboot"], limit.Token);
        var now = before;
        while (now == before)
        {
            shell!.Dispose();
            shell = await ReachAsync(limit.Token);
            using var answer = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            answer.CancelAfter(GuestAgentClient.AnswerLimit);
            try
            {
                now = (await shell.RunAsync("/bin/cat", [bootId], answer.Token)).Output;
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested)
            {
                // The question went down with the guest.
            }
        }
    }

    /// <summary>Runs a shell script as root; it ends at the first command that fails.</summary>
    internal async Task<GuestRun> TryAsync(string script)
    {
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            return await shell!.RunAsync("/bin/sh", ["-ec", script], limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The guest has not ended this within {Limit}: {script}\nIts console: {machine!.Console}", e);
        }
    }

    /// <summary>The same for a script that must succeed; gives what it wrote to standard output.</summary>
    internal async Task<string> RunAsync(string script)
    {
        var run = await TryAsync(script);
        Assert.True(run.ExitCode == 0, $"this ended with {run.ExitCode} in the guest: {script}\n{run.Output}\n{run.Error}");
        return run.Output;
    }

    /// <summary>Runs a script again and again until it succeeds.</summary>
    internal async Task UntilAsync(string script, string what)
    {
        var deadline = DateTime.UtcNow + Limit;
        while ((await TryAsync(script)).ExitCode != 0)
        {
            Assert.True(DateTime.UtcNow < deadline, $"awaited in vain for {Limit}: {what}");
        }
    }

    /// <summary>A client of the agent inside. There is one port and so one client at a time; the last one must be disposed of.</summary>
    internal async Task<VirtClient> ConnectAsync()
    {
        // The host's side first: to a guest that reads a port without a host it looks as if the host had hung up.
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)Limit.TotalMilliseconds };
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(machine!.AgentSocket));
        await RunAsync(
            $"""
            systemctl stop virt-bridge.service 2>/dev/null || true
            systemd-run --quiet --collect --unit=virt-bridge.service sh -c 'exec virt-agent bridge 0<>/dev/virtio-ports/{GuestMachine.AgentPort} 1>&0'
            """);
        return await Task.Run(() => VirtClient.Connect(new NetworkStream(socket, ownsSocket: true), VirtEndpoint.Parse(VirtEndpoint.Default), "tests/1"));
    }

    /// <summary>The folder of the cgroup that a container's first process is in.</summary>
    internal async Task<string> CgroupOfAsync(Container container) => "/sys/fs/cgroup" + await RunAsync($"sed -n s/^0:://p /proc/{container.ProcessId}/cgroup");

    /// <summary>A property of a unit, such as ActiveState.</summary>
    internal Task<string> PropertyAsync(string unit, string property) => RunAsync($"systemctl show --property={property} --value {unit}");

    private async Task BootAsync()
    {
        var image = RepositoryRoot.File("out", "test-images", "vms", "debian");
        Assert.True(File.Exists(Path.Combine(image, "image.json")), "the Debian image is not there; build/build.sh debian makes it");
        var disk = MakeDisk(BuiltPackage.Build());
        machine = await GuestMachine.StartAsync(image, disk, folder, kernelWords);
        using var limit = new CancellationTokenSource(Limit);
        shell = await ReachAsync(limit.Token);
    }

    private async Task<GuestAgentClient> ReachAsync(CancellationToken limit)
    {
        try
        {
            return await GuestAgentClient.ConnectAsync(machine!.GuestAgentSocket, limit);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"The guest's agent has not answered within {Limit}. The guest's console: {machine!.Console}", e);
        }
    }

    // What goes into the guest: the package, the starter image, and one with systemd.
    private string MakeDisk(string package)
    {
        var tree = Directory.CreateDirectory(Path.Combine(folder, "tree")).FullName;
        File.Copy(package, Path.Combine(tree, "virt.deb"));
        Directory.CreateDirectory(Path.Combine(tree, "containers"));
        ProgramRun.Output0("cp", "-a", RepositoryRoot.File("out", "images", "containers", "starter"), RepositoryRoot.File("out", "test-images", "containers", "debian-system"), Path.Combine(tree, "containers"));
        addFiles?.Invoke(tree);
        // Not by .NET, which follows the image's /dev/fd into the files of this very process.
        var megabytes = int.Parse(ProgramRun.Output0("du", "-sm", "--apparent-size", tree).Split('\t')[0], CultureInfo.InvariantCulture) * 5 / 4 + 32;
        var disk = Path.Combine(folder, "package.raw");
        ProgramRun.Output0("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", tree, disk, $"{megabytes}M");
        return disk;
    }
}
