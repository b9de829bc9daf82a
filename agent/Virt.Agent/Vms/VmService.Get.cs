using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VM.</summary>
public sealed partial class VmService
{
    // A guest that hangs must not hold up the list for long.
    private static readonly TimeSpan RefreshLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Machines by name, id or pattern; all where the request names none.</summary>
    public async Task<VMList> GetAsync(GetVM request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var found = new SortedDictionary<string, VmEntry>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in Select(request, errors))
        {
            found[entry.Name] = entry;
        }

        // What the guests say of themselves, all at once.
        await Task.WhenAll(found.Values.Select(entry => entry.State == VMState.Running && entry.Session is { IsGuestAgentOpen: true } session
            ? session.RefreshSoonAsync(RefreshLimit, call.Cancellation)
            : Task.CompletedTask)).ConfigureAwait(false);
        return new VMList { Items = [.. found.Values.Select(Show)], Errors = [.. errors] };
    }

    private IEnumerable<VmEntry> Select(GetVM request, List<ErrorInfo> errors)
    {
        if (request.Names.Length == 0 && request.Ids.Length == 0)
        {
            return entries.Values;
        }

        var selected = new List<VmEntry>();
        foreach (var pattern in request.Names.Where(NamePattern.IsPattern))
        {
            selected.AddRange(entries.Values.Where(entry => NamePattern.Matches(pattern, entry.Name)));
        }

        foreach (var (id, name) in request.Names.Where(static n => !NamePattern.IsPattern(n)).Select(static n => (Guid.Empty, n)).Concat(request.Ids.Select(static id => (id, ""))))
        {
            try
            {
                selected.Add(Find("get", id, name));
            }
            catch (VirtException e)
            {
                errors.Add(e.ToInfo());
            }
        }

        return selected;
    }
}
