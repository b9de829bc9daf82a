using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Text;
using Virt.Session;

namespace Virt.Reports;

/// <summary>Writes a report as one page without scripts or links, so that it can be kept, sent and printed.</summary>
internal static class ReportHtml
{
    private const string Style = """
        body { font: 14px/1.45 system-ui, "Segoe UI", "Noto Sans", sans-serif; color: #1c2330; background: #fff; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
        h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
        p.about { color: #5a6474; margin: .25rem 0 1.5rem; }
        dl { display: flex; flex-wrap: wrap; gap: .75rem; margin: 0; } dl div { border: 1px solid #d8dde6; border-radius: 6px; padding: .5rem .9rem; min-width: 7rem; }
        dt { color: #5a6474; font-size: .8rem; } dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
        table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #e4e8ee; }
        th { color: #5a6474; font-weight: 600; border-bottom: 2px solid #c9d0db; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } time { white-space: nowrap; }
        table.packages { table-layout: fixed; } table.packages td { overflow-wrap: anywhere; }
        .good { color: #17692f; font-weight: 600; } .bad { color: #a3161b; font-weight: 600; } .idle { color: #5a6474; } code { font-size: .92em; }
        tr, h3 { break-inside: avoid; } h3 { break-after: avoid; } @media print { body { margin: 0; max-width: none; } }
        """;

    /// <summary>Writes the page.</summary>
    public static string Write(PatchReport[] workloads, DateTimeOffset now, DateTimeOffset? since, string title)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n")
            .Append("<title>").Append(Text(title)).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n<h1>").Append(Text(title)).Append("</h1>\n")
            .Append("<p class=\"about\">Made ").Append(Instant(now)).Append(since is { } from ? ", about runs since " + Instant(from) : "").Append(", from the history that the agents of ")
            .Append(Text(string.Join(", ", workloads.Select(report => VirtSession.HostName(report.ComputerName)).Distinct(StringComparer.Ordinal).DefaultIfEmpty("no host")))).Append(" keep. All times are UTC.</p>\n");
        Totals(page, ReportTotals.Of(workloads));
        Overview(page, workloads);
        page.Append("<h2>Packages</h2>\n");
        Array.ForEach(workloads, report => Packages(page, report));
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void Totals(StringBuilder page, ReportTotals totals)
    {
        page.Append("<dl>\n");
        (string Name, int Value)[] values =
        [
            ("Workloads", totals.Workloads), ("Patched or up to date", totals.Patched), ("Failed or put back", totals.Failed),
            ("Packages updated", totals.PackagesUpdated), ("of them security", totals.SecurityUpdates), ("Updates still waiting", totals.StillWaiting),
        ];
        Array.ForEach(values, value => page.Append("<div><dt>").Append(value.Name).Append("</dt><dd>").Append(value.Value).Append("</dd></div>\n"));
        page.Append("</dl>\n");
    }

    private static void Overview(StringBuilder page, PatchReport[] workloads)
    {
        page.Append("<h2>Workloads</h2>\n<table>\n<thead><tr><th>Workload</th><th>Kind</th><th>Host</th><th>Last patched</th><th>Last run</th><th class=\"n\">Runs</th><th class=\"n\">Packages</th><th class=\"n\">Security</th><th class=\"n\">Days exposed</th></tr></thead>\n<tbody>\n");
        foreach (var report in workloads)
        {
            page.Append("<tr><td>").Append(Text(report.Name)).Append("</td><td>").Append(report.Kind).Append("</td><td>").Append(Text(VirtSession.HostName(report.ComputerName)))
                .Append("</td><td>").Append(report.LastPatchTime is { } patched ? Instant(patched) : "<span class=\"idle\">not in this report</span>")
                .Append("</td><td>").Append(Outcome(report)).Append("</td><td class=\"n\">").Append(report.RunCount)
                .Append("</td><td class=\"n\">").Append(report.UpdatedCount).Append("</td><td class=\"n\">").Append(report.SecurityCount)
                .Append("</td><td class=\"n\">").Append(report.DaysExposed?.ToString("0.0", CultureInfo.InvariantCulture) ?? "<span class=\"idle\">not known</span>").Append("</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static void Packages(StringBuilder page, PatchReport report)
    {
        page.Append("<h3>").Append(Text(report.Name)).Append("</h3>\n");
        if (report.Packages.Length == 0)
        {
            page.Append("<p class=\"idle\">No package was updated, and none is known to wait.</p>\n");
            return;
        }

        page.Append("<table class=\"packages\">\n<thead><tr><th>Package</th><th>From</th><th>To</th><th>Security</th><th>First seen</th><th>Updated</th></tr></thead>\n<tbody>\n");
        foreach (var package in report.Packages)
        {
            page.Append("<tr><td>").Append(Text(package.Name)).Append("</td><td><code>").Append(Text(package.FromVersion)).Append("</code></td><td><code>").Append(Text(package.ToVersion))
                .Append("</code></td><td>").Append(package.IsSecurity ? "yes" : "").Append("</td><td>").Append(Instant(package.FirstSeenTime))
                .Append("</td><td>").Append(package.UpdateTime is { } updated ? Instant(updated) : $"<span class=\"bad\">{Waiting(package.State)}</span>").Append("</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static string Outcome(PatchReport report)
    {
        var style = report.LastOutcome switch
        {
            PatchOutcome.Patched or PatchOutcome.NothingToDo => "good",
            PatchOutcome.Failed or PatchOutcome.PutBack => "bad",
            _ => "idle",
        };
        var more = (report.LastMessage.Length > 0 ? "<br>" + Text(report.LastMessage) : "") + (report.RebootRequired ? "<br>A reboot is still needed." : "");
        return $"{Instant(report.LastRunTime)} <span class=\"{style}\">{Text(PatchText.Outcome(report.LastOutcome))}</span>{more}";
    }

    private static string Waiting(PackageState state) => state switch
    {
        PackageState.Failed => "failed",
        PackageState.PutBack => "put back",
        _ => "waits",
    };

    private static string Instant(DateTimeOffset instant) => $"<time>{instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}</time>";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
