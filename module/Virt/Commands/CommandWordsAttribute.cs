using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Marks script blocks among the words of a command.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CommandWordsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        ScriptBlock => CommandWord.Of(inputData),
        object[] or System.Collections.Generic.List<object> => ((System.Collections.IEnumerable)(inputData is PSObject list ? list.BaseObject : inputData)).Cast<object?>().Select(CommandWord.Of).ToArray(),
        _ => inputData,
    };
}
