using System;
using System.IO;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Vms;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>
/// A Debian machine that is booted once, given version 1 of the test packages and their archive as its package source, and kept as a checkpoint with memory:
/// each test begins by going back to that, in a fraction of a second.
/// </summary>
public sealed class DebianVm : IAsyncLifetime
{
    public const string Name = "web01";
    private const string Warm = "warm";

    private TestHost? host;

    internal TestHost Host => host ?? throw new InvalidOperationException("The machine was not made.");

    public VM Machine { get; private set; } = new();

    public async ValueTask InitializeAsync()
    {
        host = await TestHost.MakeAsync();
        try
        {
            await StartAgentAsync();

            // One processor: an emulated guest of two was seen to boot for a minute, or to "panic" with no panic in its memory, on a busy machine. What QEMU's commit
            // 0d58c660689f ("softmmu: Use async_run_on_cpu in tcg_commit") mends would explain it: a memory map that is changed under a processor that runs.
            Machine = Host.Invoke(Methods.NewVM, new NewVM { Name = Name, Image = "debian", Generation = 1, MemoryStartupBytes = 512L << 20 });
            Host.Start(Name);
            Host.Wait(Name, WaitCondition.GuestAgent);
            Run("cat > /root/archive.tar && mkdir /srv/archive && tar -xf /root/archive.tar -C /srv/archive", await ArchiveAsync());
            Run("""
                rm -rf /etc/apt/sources.list.d/*
                for suite in stable stable-updates stable-security; do echo "deb [trusted=yes] file:/srv/archive $suite main"; done > /etc/apt/sources.list
                dpkg -i /srv/archive/pool/*_1_all.deb
                sync
                """);
            Host.Invoke(Methods.CheckpointVM, new CheckpointVM { Name = Name, CheckpointName = Warm });
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>The machine as it was when it was made ready, and an agent with these faults.</summary>
    internal async Task BeginAsync(string faults = "")
    {
        if (Host.Faults != faults)
        {
            await Host.StopAgentAsync();
            Host.Faults = faults;
            await StartAgentAsync();
        }

        Host.Invoke(Methods.RestoreVMCheckpoint, new RestoreVMCheckpoint { Name = Warm, VMName = Name });
        Host.Wait(Name, WaitCondition.GuestAgent);
    }

    /// <summary>The agent that follows one that a fault has ended.</summary>
    internal async Task RestartedAsync(string faults)
    {
        await Host.EndedByFaultAsync();
        Host.Faults = faults;
        try
        {
            await StartAgentAsync();
        }
        catch (Exception) when (faults.Length > 0 && Host.Agent.HasExited)
        {
            // It was killed again before it had answered.
        }
    }

    /// <summary>Runs a script in the guest, which must succeed, and gives what it wrote.</summary>
    internal string Run(string script, byte[]? input = null)
    {
        var observer = new ContainerHost.Observer();
        var exit = Host.Invoke(Methods.InvokeVMCommand, new InvokeVMCommand { Name = Name, Command = ["sh", "-ec", script], Input = input, Timeout = TimeSpan.FromMinutes(2) }, observer);
        Assert.True(exit.ExitCode == 0, $"'{script}' ended with {exit.ExitCode}: {observer.Error} {observer.Output}");
        return observer.Output.ToString();
    }

    /// <summary>The version of a package that the guest has.</summary>
    internal string VersionOf(string package) => Run($"dpkg-query -W -f '${{Version}}' {package}");

    /// <summary>What a service in the guest answers; empty where it does not.</summary>
    internal string Ask(int port) => Run($"bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port} && printf \"GET / HTTP/1.0\\r\\n\\r\\n\" >&3 && tail -n 1 <&3' 2> /dev/null || true").Trim();

    /// <summary>Patches one package.</summary>
    internal static InvokePatch Patch(string package, PatchOptions? options = null) => new()
    {
        Targets = new PatchTargets { VMNames = [Name] },
        Filter = new PatchFilter { Include = [package] },
        Options = options ?? new PatchOptions(),
    };

    private Task StartAgentAsync() => Host.StartAgentAsync("--images", RepositoryRoot.File("out", "test-images"));

    private async Task<byte[]> ArchiveAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"archive-{Guid.NewGuid():N}.tar");
        await Host.RunAsync("tar", "-cf", file, "-C", RepositoryRoot.File("out", "test-images", "archive"), ".");
        try
        {
            return await File.ReadAllBytesAsync(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
