using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>What a run says of several containers, of one that is not there, and of what it would do.</summary>
public sealed class PatchReportTests
{
    [Fact]
    public async Task One_that_fails_never_stops_the_report_of_the_others()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var bad = await host.StartServiceAsync("virt-bad-health", 8081, "a-bad");
        var good = await host.StartServiceAsync("virt-good", 8081, "b-good");
        var request = Request(maxFailed: 5, "a-bad", "b-good", "c-god");
        var run = host.Invoke(Methods.InvokePatch, request);
        Assert.Equal(
            [("a-bad", PatchOutcome.PutBack), ("b-good", PatchOutcome.Patched)],
            run.Results.OrderBy(static result => result.Name, StringComparer.Ordinal).Select(static result => (result.Name, result.Outcome)));
        var error = Assert.Single(run.Errors);
        Assert.Equal((ErrorCode.NotFound, "c-god"), (error.Code, error.Target));
        Assert.Equal("1", host.VersionOf(bad, "virt-bad-health"));
        Assert.Equal("2", host.VersionOf(good, "virt-good"));
    }

    [Fact]
    public async Task After_more_failures_than_allowed_no_further_one_is_begun_and_the_report_says_so()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        await host.StartServiceAsync("virt-bad-health", 8081, "a-bad");
        var good = await host.StartServiceAsync("virt-good", 8081, "b-good");
        var run = host.Invoke(Methods.InvokePatch, Request(maxFailed: 0, "a-bad", "b-good"));
        Assert.Equal([PatchOutcome.PutBack, PatchOutcome.Skipped], run.Results.OrderBy(static result => result.Name, StringComparer.Ordinal).Select(static result => result.Outcome));
        Assert.Equal(good.ProcessId, host.Get(good).ProcessId);
        Assert.Equal("1", host.VersionOf(good, "virt-good"));
    }

    [Fact]
    public async Task What_would_be_done_is_told_and_nothing_is_written()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        var before = Files(host);
        var run = host.Client.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-good"), new CallOptions { WhatIf = true });
        Assert.Equal("virt-good 1 -> 2", Assert.Single(run.Only().Packages).ToString());
        Assert.Equal(before, Files(host));
        Assert.Equal(container.ProcessId, host.Get(container).ProcessId);
        Assert.Empty(host.Invoke(Methods.GetPatchHistory, new GetPatchHistory()).Items);
    }

    [Fact]
    public async Task What_would_be_taken_back_is_told_and_nothing_is_written()
    {
        await using var host = await TestHost.MakeAsync();
        await host.StartAgentAsync(await host.ServeArchiveAsync());
        var container = await host.StartServiceAsync("virt-good", 8080);
        host.Invoke(Methods.InvokePatch, PatchHost.Patch(container, "virt-good", PatchHost.Serves(8080)));
        var (before, process) = (Files(host), host.Get(container).ProcessId);
        var run = host.Client.Invoke(Methods.UndoPatch, new UndoPatch { Targets = new PatchTargets { ContainerNames = ["api"] } }, new CallOptions { WhatIf = true });
        Assert.Equal("api", run.Only().Name);
        Assert.Equal(before, Files(host));
        Assert.Equal(process, host.Get(container).ProcessId);
        Assert.Equal("2", host.VersionOf(container, "virt-good"));
        Assert.Single(host.Invoke(Methods.GetPatchHistory, new GetPatchHistory()).Items);
    }

    private static InvokePatch Request(int maxFailed, params string[] names) => new()
    {
        Targets = new PatchTargets { ContainerNames = names },
        Filter = new PatchFilter { Include = ["virt-good", "virt-bad-health"] },
        Options = new PatchOptions { MaxFailed = maxFailed, Health = PatchHost.Serves(8081) with { Timeout = TimeSpan.FromSeconds(1) } },
    };

    // The database is open meanwhile: its own files may grow and shrink.
    private static string[] Files(TestHost host) =>
        [.. Directory.EnumerateFileSystemEntries(host.StateFolder, "*", SearchOption.AllDirectories).Where(static path => !path.Contains("virt.db", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
