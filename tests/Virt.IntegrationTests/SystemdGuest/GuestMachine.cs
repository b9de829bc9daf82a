using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Packaging;
using Xunit;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>A QEMU process of the test's own, emulating, in a network namespace without links and without a NIC: a clone of an image, and a second disk.</summary>
internal sealed class GuestMachine : IAsyncDisposable
{
    /// <summary>The port through which the host reaches Virt's agent inside.</summary>
    public const string AgentPort = "virt.agent";

    // What only a network or a person needs; emulated, each costs half a second and more.
    private static readonly string[] Masked = ["systemd-networkd.service", "systemd-networkd.socket", "systemd-resolved.service", "systemd-logind.service", "getty.target"];

    private readonly string folder;
    private readonly Process qemu;

    private GuestMachine(string folder, Process qemu)
    {
        this.folder = folder;
        this.qemu = qemu;
    }

    /// <summary>The guest agent's socket.</summary>
    public string GuestAgentSocket => Path.Combine(folder, "qga");

    /// <summary>The socket behind <see cref="AgentPort"/>.</summary>
    public string AgentSocket => Path.Combine(folder, "agent");

    /// <summary>What the guest has written to its console.</summary>
    public string Console => File.Exists(Path.Combine(folder, "console")) ? File.ReadAllText(Path.Combine(folder, "console")) : "";

    /// <summary>Starts it; it still has to boot.</summary>
    /// <param name="image">A folder with an image.json.</param>
    /// <param name="secondDisk">A raw disk that is only read.</param>
    /// <param name="folder">For its disk, its sockets and its console.</param>
    /// <param name="kernelWords">More of its kernel's command line.</param>
    public static async Task<GuestMachine> StartAsync(string image, string secondDisk, string folder, string kernelWords = "")
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(image, "image.json")))!;
        ProgramRun.Output0("qemu-img", "create", "-q", "-f", "qcow2", "-b", Path.Combine(image, (string)manifest["disk"]!), "-F", "qcow2", Path.Combine(folder, "disk.qcow2"));
        var boot = manifest["boot"]!;
        var commandLine = ((string)boot["commandLine"]!).Replace("{name}", "systemd-guest", StringComparison.Ordinal) + " systemd.mask=" + string.Join(" systemd.mask=", Masked) + " " + kernelWords;
        var x86 = RuntimeInformation.OSArchitecture == Architecture.X64;
        string[] kernel = x86
            ? ["-machine", "q35", "-bios", "qboot.rom", "-kernel", Path.Combine(image, (string)boot["pvhKernel"]!)]
            : ["-machine", "virt", "-cpu", "cortex-a57", "-kernel", Path.Combine(image, (string)boot["kernel"]!)];
        string[] arguments =
        [
            "--net", x86 ? "qemu-system-x86_64" : "qemu-system-aarch64", "-accel", "tcg", "-smp", "2", "-m", "1024",
            "-nodefaults", "-no-user-config", "-display", "none", "-sandbox", "on", "-nic", "none",
            .. kernel, "-initrd", Path.Combine(image, (string)boot["initrd"]!), "-append", commandLine,
            "-serial", $"file:{folder}/console",
            "-drive", $"if=virtio,format=qcow2,file={folder}/disk.qcow2", "-drive", $"if=virtio,format=raw,read-only=on,file={secondDisk}",
            "-device", "virtio-serial-pci",
            "-chardev", $"socket,id=qga,server=on,wait=off,path={folder}/qga", "-device", "virtserialport,chardev=qga,name=org.qemu.guest_agent.0",
            "-chardev", $"socket,id=agent,server=on,wait=off,path={folder}/agent", "-device", $"virtserialport,chardev=agent,name={AgentPort}",
        ];
        var machine = new GuestMachine(folder, Process.Start(new ProcessStartInfo("unshare", arguments) { RedirectStandardError = true, UseShellExecute = false })!);
        try
        {
            await Poll.UntilAsync(machine.HasSockets, "QEMU's sockets");
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!qemu.HasExited)
        {
            qemu.Kill();
        }

        await qemu.WaitForExitAsync();
        qemu.Dispose();
    }

    private bool HasSockets()
    {
        if (qemu.HasExited)
        {
            Assert.Fail($"QEMU ended with {qemu.ExitCode}: {qemu.StandardError.ReadToEnd()}");
        }

        return File.Exists(AgentSocket) && File.Exists(GuestAgentSocket);
    }
}
