using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using Virt.Session;

namespace Virt.Completion;

/// <summary>Completes -ComputerName with the hosts that are connected.</summary>
public sealed class ConnectedHostCompleter : IArgumentCompleter
{
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
            .ToArray();
    }
}
