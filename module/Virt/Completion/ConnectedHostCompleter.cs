using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Threading;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes -ComputerName with the hosts that are connected and, behind vm:, with the machines that have an agent inside. A host that does not answer completes nothing and says nothing.</summary>
public sealed class ConnectedHostCompleter : IArgumentCompleter
{
    private const string Machine = "vm:";

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        return ConnectedHosts.All
            .SelectMany(host => new[] { (Name: host.Name, Host: host), (Name: host.OwnName, Host: host) })
            .Where(found => found.Name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .GroupBy(found => found.Name, StringComparer.OrdinalIgnoreCase)
            .Select(found => new CompletionResult(found.Key, found.Key, CompletionResultType.ParameterValue, $"{found.First().Host.OwnName}: {found.First().Host.Endpoint}"))
            .Concat(Machines(word))
            .ToArray();
    }

    // Only who has begun to say so is after a machine: others need not wait for their hosts.
    private static IEnumerable<CompletionResult> Machines(string word)
    {
        var slash = word.LastIndexOf("/" + Machine, StringComparison.OrdinalIgnoreCase);
        if (slash <= 0 && !word.StartsWith(Machine, StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        var start = slash > 0 ? word.Substring(0, slash + 1) : "";
        var name = word.Substring(start.Length + Machine.Length);
        return (slash > 0 ? [word.Substring(0, slash)] : VirtSession.DefaultHosts)
            .SelectMany(host => MachinesOf(host, name + "*"))
            .Select(vm => new CompletionResult(start + Machine + vm.Name, vm.Name, CompletionResultType.ParameterValue, $"the agent inside VM '{vm.Name}', which is {vm.State}"));
    }

    private static VM[] MachinesOf(string host, string pattern)
    {
        try
        {
            return [.. new HostCalls(host, static _ => { }, CancellationToken.None).Invoke(Methods.GetVM, new GetVM { Names = [pattern] }).Items.Where(static vm => vm.HasAgent)];
        }
        catch (VirtException)
        {
            return [];
        }
    }
}
