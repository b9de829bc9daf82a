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

/// <summary>Completes a parameter with what there is on the host now. A host that does not answer completes nothing and says nothing.</summary>
public abstract class HostCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"');
        try
        {
            return Hosts(fakeBoundParameters)
                .SelectMany(name => Find(new HostCalls(name, static _ => { }, CancellationToken.None), word + "*"))
                .Where(found => found.Text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
                .Select(found => new CompletionResult(found.Text, found.Text, CompletionResultType.ParameterValue, found.ToolTip))
                .ToArray();
        }
        catch (VirtException)
        {
            return [];
        }
    }

    /// <summary>What begins like the pattern on a host, with a few words on each.</summary>
    private protected abstract IEnumerable<(string Text, string ToolTip)> Find(HostCalls host, string pattern);

    private static IEnumerable<string> Hosts(IDictionary bound)
    {
        var given = bound["ComputerName"] ?? bound["VMHost"];
        var names = given is string one ? [one] : LanguagePrimitives.GetEnumerable(given)?.Cast<object>().Select(item => item.ToString()!).ToArray() ?? [];
        return names.Length == 0 ? VirtSession.DefaultHosts : names.SelectMany(ConnectedHosts.Expand);
    }
}
