using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Registries;

/// <summary>What becomes of an image that is being saved when the agent is killed, the disk is full, or its user has had enough.</summary>
public sealed class PullRecoveryTests
{
    private const string Name = "127.0.0.1:5000/team/app:1";
    private static readonly string[] Options = ["--registry-plain-http", "127.0.0.1:5000"];

    [Theory]
    [InlineData("pull.written")]
    [InlineData("pull.known")]
    [InlineData("pull.documents")]
    [InlineData("pull.config")]
    [InlineData("pull.begun")]
    [InlineData("pull.read")]
    [InlineData("pull.layer")]
    [InlineData("pull.layers")]
    [InlineData("pull.committed")]
    public async Task After_a_kill_at_any_step_the_next_agent_goes_on_and_the_image_is_whole(string point)
    {
        await using var host = await TestHost.MakeAsync();
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("team/app:1", ("data", 2));
        host.Faults = point + "=kill";
        await host.StartAgentAsync(Options);
        Assert.Throws<VirtException>(() => host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = Name }));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync(Options);
        var operation = Assert.Single(host.Invoke(Methods.GetVirtOperation, new GetVirtOperation()).Items);
        var ended = host.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id });
        Assert.Equal((OperationState.Completed, null), (ended.Operation.State, ended.Error?.Message));
        await AssertWholeAsync(host, registry);
        await host.KillAgentAsync();
        await host.StartAgentAsync(Options);
        Assert.Single(host.Invoke(Methods.GetVirtOperation, new GetVirtOperation()).Items);
    }

    [Fact]
    public async Task What_needs_a_password_is_not_gone_on_with_by_itself_and_the_next_attempt_has_what_has_come()
    {
        await using var host = await TestHost.MakeAsync();
        using var registry = await LocalRegistry.StartAsync(host, asks: true);
        await registry.PushAsync("team/app:1", ("data", 2));
        host.Faults = "pull.layers=kill";
        await host.StartAgentAsync(Options);
        var request = new SaveContainerImage { Name = Name, Credential = new RegistryCredential { UserName = LocalRegistry.User, Password = LocalRegistry.Password } };
        Assert.Throws<VirtException>(() => host.Invoke(Methods.SaveContainerImage, request));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync(Options);
        var operation = Assert.Single(host.Invoke(Methods.GetVirtOperation, new GetVirtOperation()).Items);
        Assert.Equal((OperationState.Failed, "AgentRestarted"), (operation.State, operation.ErrorId));
        var blobs = Directory.GetFiles(host.StateFolder, "*", SearchOption.AllDirectories).Where(static file => file.Contains("/blobs/", StringComparison.Ordinal)).ToDictionary(static file => file, File.GetLastWriteTimeUtc);
        Assert.True(blobs.Count >= 4);
        host.Invoke(Methods.SaveContainerImage, request);
        Assert.All(blobs, static blob => Assert.Equal(blob.Value, File.GetLastWriteTimeUtc(blob.Key)));
        await AssertWholeAsync(host, registry);
    }

    [Fact]
    public async Task A_cancelled_save_leaves_what_has_come_and_no_image()
    {
        await using var host = await TestHost.MakeAsync();
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("team/app:1", ("data", 2));
        host.Faults = "pull.layers=hold";
        await host.StartAgentAsync(Options);
        var operation = host.Client.Detach(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });
        await host.HeldAtAsync("pull.layers");
        Assert.Equal(OperationState.Cancelled, host.Invoke(Methods.StopVirtOperation, new StopVirtOperation { Id = operation.Id }).State);
        host.Release("pull.layers");
        Assert.Empty(host.Invoke(Methods.TestContainerImage, new TestContainerImage()).Items);
        await host.StopAgentAsync();
        host.Faults = "";
        await host.StartAgentAsync(Options);
        host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });
        await AssertWholeAsync(host, registry);
    }

    [Fact]
    public async Task On_a_full_disk_an_image_is_refused_or_ends_and_the_disk_is_free_again()
    {
        await using var host = await TestHost.MakeAsync();
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("team/app:1", ("data", 12));
        Directory.CreateDirectory(host.StateFolder);
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=40m", "none", host.StateFolder);
        host.Faults = "pull.config=hold";
        await host.StartAgentAsync(Options);
        var filler = Path.Combine(host.StateFolder, "filler");

        // Too little from the beginning: nothing is fetched.
        await host.RunAsync("dd", "if=/dev/zero", "of=" + filler, "bs=1M", "count=30", "status=none");
        var operation = host.Client.Detach(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });
        await host.HeldAtAsync("pull.config");
        host.Release("pull.config");
        var error = host.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }).Error!;
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (error.Code, error.Id));
        Assert.Contains("' has ", error.Message, StringComparison.Ordinal);
        await host.RunAsync("rm", filler);
        await host.StopAgentAsync();

        // Somebody else takes what was free while the layers come.
        host.Faults = "pull.begun=hold";
        await host.StartAgentAsync(Options);
        operation = host.Client.Detach(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });
        await host.HeldAtAsync("pull.begun");
        await host.RunAsync("sh", "-c", $"dd if=/dev/zero of={filler} bs=1M count=100 status=none || true; truncate -s -1M {filler}");
        var waiting = Task.Run(() => host.Invoke(Methods.WaitVirtOperation, new WaitVirtOperation { Id = operation.Id }), TestContext.Current.CancellationToken);
        while (!waiting.IsCompleted)
        {
            host.Release("pull.begun");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        error = (await waiting).Error!;
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (error.Code, error.Id));
        Assert.Empty(host.Invoke(Methods.TestContainerImage, new TestContainerImage()).Items);
        await host.RunAsync("rm", filler);
        await host.StopAgentAsync();
        host.Faults = "";
        await host.StartAgentAsync(Options);
        host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = Name });
        await AssertWholeAsync(host, registry);
        await host.StopAgentAsync();
        await host.RunAsync("umount", host.StateFolder);
    }

    // Every part is there with its digest: what is published again is what skopeo reads from there.
    private static async Task AssertWholeAsync(TestHost host, LocalRegistry registry)
    {
        Assert.True(Assert.Single(host.Invoke(Methods.TestContainerImage, new TestContainerImage { Credentials = Shown(registry) }).Items).IsCurrent);
        Assert.DoesNotContain(Directory.GetFiles(host.StateFolder, "*", SearchOption.AllDirectories), static file => file.Contains("/partial/", StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(host.StateFolder, "*", SearchOption.AllDirectories).Where(static file => file.Contains("/blobs/", StringComparison.Ordinal)))
        {
            Assert.StartsWith(Path.GetFileName(file), await host.RunAsync("sha256sum", file), StringComparison.Ordinal);
        }
    }

    private static RegistryCredential[] Shown(LocalRegistry registry) =>
        registry.Asks ? [new RegistryCredential { Registry = registry.Name, UserName = LocalRegistry.User, Password = LocalRegistry.Password }] : [];
}
