using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Virt.Completion;

/// <summary>Completes the networks that a container can be in.</summary>
public sealed class ContainerNetworkCompleter : IArgumentCompleter
{
    private static readonly (string Text, string ToolTip)[] Networks =
        [("none", "none: nothing but loopback"), ("host", "host: the host's own addresses and ports")];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Networks
            .Where(network => network.Text.StartsWith(wordToComplete ?? "", StringComparison.OrdinalIgnoreCase))
            .Select(network => new CompletionResult(network.Text, network.Text, CompletionResultType.ParameterValue, network.ToolTip));
}
