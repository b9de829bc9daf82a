using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes the names of patch schedules.</summary>
public sealed class ScheduleNameCompleter : HostCompleter
{
    private protected override IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern) =>
        host.Invoke(Methods.GetPatchSchedule, new GetPatchSchedule { Names = [pattern] }).Items.Select(item => (item.Name, $"{item.Name}: {item.Cron} {item.TimeZone}"));
}
