using System;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>
/// Lets a -Name be strings, or rows with a Name such as Import-Csv makes, and nothing else:
/// <c>Get-Container web | Remove-VM</c> would remove the machine of that name.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NamesAttribute : TextsAttribute
{
    /// <summary>A script block, which stands first where the machines come from the pipeline, is no name and no error.</summary>
    public bool MayBeScriptBlock { get; set; }

    private protected override string Noun => "name";

    private protected override string? TextOf(PSObject item) => item.BaseObject switch
    {
        string text => text,
        ScriptBlock when MayBeScriptBlock => (string)CommandWord.Of(item)!,
        _ when item.BaseObject.GetType().IsPrimitive => item.ToString(),
        _ => CellOf(item, "Name"),
    };
}
