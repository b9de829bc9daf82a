using System;
using System.Linq;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Makes standard input of text, bytes and arrays of them. Other objects it leaves alone: a machine from the pipeline is no input.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CommandInputAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Plain(inputData) switch
    {
        string text => new CommandInput(text),
        byte one => new CommandInput([one]),
        byte[] bytes => new CommandInput(bytes),
        object[] items when items.All(item => Plain(item) is string or byte or byte[]) =>
            CommandInput.Join(items.Select(item => (CommandInput)Transform(engineIntrinsics, item))),
        _ => inputData,
    };

    private static object? Plain(object item) => item is PSObject wrapped ? wrapped.BaseObject : item;
}
