using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>What a list of parts of workloads, such as their drives, was asked for: by the names of both, or by ids of parts.</summary>
internal static class PartList
{
    /// <summary>The parts by name or pattern; all where none is named.</summary>
    /// <typeparam name="T">A part.</typeparam>
    /// <param name="owners">The names of the workloads that are looked through.</param>
    /// <param name="all">Their parts.</param>
    /// <param name="nameOf">A part's name.</param>
    /// <param name="names">What is asked for.</param>
    /// <param name="missing">The error for a name that none has: of the workload that is named, or of several, where that is empty.</param>
    /// <param name="errors">Takes the errors.</param>
    public static IEnumerable<T> ByName<T>(IReadOnlyList<string> owners, IReadOnlyList<T> all, Func<T, string> nameOf, string[] names, Func<string, string, VirtException> missing, List<ErrorInfo> errors)
    {
        if (owners.Count > 0)
        {
            errors.AddRange(names
                .Where(name => !NamePattern.IsPattern(name) && all.All(part => !nameOf(part).Equals(name, StringComparison.OrdinalIgnoreCase)))
                .Select(name => missing(name, owners.Count == 1 ? owners[0] : "").ToInfo()));
        }

        return all.Where(part => names.Length == 0 || names.Any(name => NamePattern.Matches(name, nameOf(part))));
    }

    /// <summary>The parts by id.</summary>
    /// <typeparam name="T">A part.</typeparam>
    /// <param name="ids">What is asked for.</param>
    /// <param name="find">Finds one, or throws.</param>
    /// <param name="errors">Takes the errors.</param>
    public static List<T> ById<T>(Guid[] ids, Func<Guid, T> find, List<ErrorInfo> errors)
    {
        var found = new List<T>();
        foreach (var id in ids)
        {
            try
            {
                found.Add(find(id));
            }
            catch (VirtException e)
            {
                errors.Add(e.ToInfo());
            }
        }

        return found;
    }
}
