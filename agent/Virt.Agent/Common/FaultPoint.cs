using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>
/// The places between two steps at which a test can end the agent, make the step fail, or hold it, so that what follows is seen from every one of them.
/// They are named in the variable <c>VIRT_FAULTS</c> as <c>POINT=ACTION,…</c>; without it they cost one comparison.
/// </summary>
/// <remarks>
/// Actions: <c>kill</c> ends the agent by SIGKILL, as a crash would; <c>fail</c> throws; <c>hold</c> makes the file <c>POINT.held</c> in the folder
/// <c>VIRT_FAULTS_FOLDER</c> and waits until somebody deletes it, so that a test can meanwhile kill QEMU or cut a link. <c>kill*2</c> acts the second time alone.
/// </remarks>
public static class FaultPoint
{
    private static readonly ConcurrentDictionary<string, int> Passed = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, (string Action, int Time)>? Actions = Read(Environment.GetEnvironmentVariable("VIRT_FAULTS"));
    private static readonly string Folder = Environment.GetEnvironmentVariable("VIRT_FAULTS_FOLDER") ?? Path.GetTempPath();

    /// <summary>Passes a place between two steps.</summary>
    /// <param name="point">Its name, such as <c>move.source.offered</c>.</param>
    /// <param name="cancellation">Ends the wait of <c>hold</c>.</param>
    /// <exception cref="VirtException">Internal, FaultInjected: where the action is <c>fail</c>.</exception>
    public static ValueTask ReachAsync(string point, CancellationToken cancellation = default) =>
        Actions is not null && Actions.TryGetValue(point, out var what) && (what.Time == 0 || Passed.AddOrUpdate(point, 1, static (_, times) => times + 1) == what.Time) ? ActAsync(point, what.Action, cancellation) : default;

    private static async ValueTask ActAsync(string point, string action, CancellationToken cancellation)
    {
        AgentLog.Warning($"Fault point '{point}': {action}");
        switch (action)
        {
            case "kill":
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                await Task.Delay(Timeout.Infinite, CancellationToken.None).ConfigureAwait(false);
                break;
            case "hold":
                var file = Path.Combine(Folder, point + ".held");
                await File.WriteAllTextAsync(file, "", cancellation).ConfigureAwait(false);
                while (File.Exists(file))
                {
                    await Task.Delay(5, cancellation).ConfigureAwait(false);
                }

                break;
            default:
                throw new VirtException(ErrorCode.Internal, "FaultInjected", $"Cannot go on: a fault was asked for at '{point}'.", point);
        }
    }

    private static Dictionary<string, (string Action, int Time)>? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var actions = new Dictionary<string, (string Action, int Time)>(StringComparer.Ordinal);
        foreach (var item in text.Split(','))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            var action = item[(equals + 1)..].Split('*');
            actions[item[..equals]] = (action[0], action.Length > 1 ? int.Parse(action[1], CultureInfo.InvariantCulture) : 0);
        }

        return actions;
    }
}
