using System;
using System.Linq;
using System.Text.Json;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

public sealed class ReportTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 3, 0, 0, TimeSpan.Zero);
    private static readonly Guid Web = Guid.NewGuid();
    private static readonly Guid Api = Guid.NewGuid();

    private readonly FakeAgent agent = new();
    private readonly Shell shell;

    public ReportTests()
    {
        shell = new Shell(agent);
        agent.On(Methods.GetPatchHistory, (_, _) => new PatchRunList { Items = [Second(), First()] });
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Fact]
    public void A_workload_is_summed_up_over_its_runs()
    {
        var reports = shell.Run<PatchReport>("Get-PatchReport");
        Assert.Empty(shell.Errors);
        Assert.Equal(["<api>", "web01"], reports.Select(report => report.Name));
        var web = reports[1];
        Assert.Equal((2, 1, PatchOutcome.Patched, Start.AddDays(7)), (web.RunCount, web.FailedRunCount, web.LastOutcome, web.LastPatchTime));
        Assert.Equal((2, 1), (web.UpdatedCount, web.SecurityCount));
        Assert.Equal(7.0, web.DaysExposed!.Value, 3);
        Assert.Equal(Start, web.Packages.Single(package => package.Name == "openssl").FirstSeenTime);
        Assert.Equal(agent.Endpoint, web.ComputerName);
    }

    [Fact]
    public void What_was_put_back_still_waits()
    {
        var api = shell.Run<PatchReport>("Get-PatchReport")[0];
        Assert.Equal((PatchOutcome.PutBack, 0, null), (api.LastOutcome, api.UpdatedCount, api.LastPatchTime));
        Assert.True(api.DaysExposed > 0);
        Assert.Null(Assert.Single(api.Packages).UpdateTime);
    }

    [Fact]
    public void A_patch_that_was_undone_was_not_kept()
    {
        var undone = new PatchResult { Id = Web, Name = "web01", Outcome = PatchOutcome.Undone, StartTime = Start.AddDays(8), Packages = [Package("openssl", "1.1", PackageState.PutBack, isSecurity: true)] };
        agent.On(Methods.GetPatchHistory, (_, _) => new PatchRunList { Items = [new PatchRun { Results = [undone] }, Second(), First()] });
        var web = shell.Run<PatchReport>("Get-PatchReport")[1];
        Assert.Equal((PatchOutcome.Undone, null, 1, 0), (web.LastOutcome, web.LastPatchTime, web.UpdatedCount, web.SecurityCount));
        Assert.Null(web.Packages.Single(package => package.Name == "openssl").UpdateTime);
    }

    [Fact]
    public void A_page_needs_nothing_else_and_takes_names_as_text()
    {
        var page = Assert.Single(shell.Run<string>("Get-PatchReport -Format Html -Title 'Audit <2026>'"));
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Audit &lt;2026&gt;</h1>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;api&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<api>", page, StringComparison.Ordinal);
        Assert.Contains("It answered &lt;b&gt;no&lt;/b&gt;.", page, StringComparison.Ordinal);
        Assert.All(["<script", "http:", "https:", "src=", "href="], word => Assert.DoesNotContain(word, page, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Json_is_read_by_any_reader()
    {
        var text = Assert.Single(shell.Run<string>("Get-PatchReport -Format Json"));
        using var json = JsonDocument.Parse(text);
        Assert.Equal(2, json.RootElement.GetProperty("totals").GetProperty("workloads").GetInt32());
        var web = json.RootElement.GetProperty("workloads")[1];
        Assert.Equal(("Patched", 7.0, "2026-11-08T03:00:00Z"), (web.GetProperty("lastOutcome").GetString(), web.GetProperty("daysExposed").GetDouble(), web.GetProperty("lastPatchTime").GetString()));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("since").ValueKind);
        Assert.Equal("<api>", json.RootElement.GetProperty("workloads")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void A_host_without_runs_has_an_empty_report()
    {
        agent.On(Methods.GetPatchHistory, (_, _) => new PatchRunList());
        Assert.Empty(shell.Run("Get-PatchReport"));
        Assert.Contains("no host", Assert.Single(shell.Run<string>("Get-PatchReport -Format Html")), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Assert.Single(shell.Run<string>("Get-PatchReport -Format Json")));
        Assert.Equal(0, json.RootElement.GetProperty("workloads").GetArrayLength());
    }

    private static PatchRun First() => new()
    {
        Id = Guid.NewGuid(),
        StartTime = Start,
        Results =
        [
            new PatchResult { Id = Web, Name = "web01", Outcome = PatchOutcome.PutBack, StartTime = Start, Packages = [Package("openssl", "1.1", PackageState.PutBack, isSecurity: true)] },
        ],
    };

    private static PatchRun Second() => new()
    {
        Id = Guid.NewGuid(),
        StartTime = Start.AddDays(7),
        Results =
        [
            new PatchResult
            {
                Id = Web,
                Name = "web01",
                Outcome = PatchOutcome.Patched,
                StartTime = Start.AddDays(7),
                Packages = [Package("openssl", "1.1", PackageState.Updated, isSecurity: true), Package("nginx", "2", PackageState.Updated)],
            },
            new PatchResult
            {
                Id = Api,
                Kind = WorkloadKind.Container,
                Name = "<api>",
                Outcome = PatchOutcome.PutBack,
                Message = "It answered <b>no</b>.",
                StartTime = Start.AddDays(7),
                Packages = [Package("libc6", "3", PackageState.PutBack)],
            },
        ],
    };

    private static PatchPackage Package(string name, string version, PackageState state, bool isSecurity = false) =>
        new() { Name = name, FromVersion = "1.0", ToVersion = version, State = state, IsSecurity = isSecurity };
}
