using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Marks what stands among the words of a command and is none, as <see cref="CommandWord"/> does.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CommandWordsAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        // The words behind the first may begin with a dash: they are the program's.
        string or ScriptBlock => CommandWord.Of(inputData),
        System.Collections.IEnumerable items => items.Cast<object?>().Select((item, at) => at == 0 || item is ScriptBlock ? CommandWord.Of(item) : item).ToArray(),
        _ => inputData,
    };
}
