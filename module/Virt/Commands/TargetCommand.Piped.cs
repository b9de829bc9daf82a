using System.Collections.Generic;
using System.Linq;

namespace Virt.Commands;

/// <content>
/// What stands alone where the objects come from the pipeline, as in <c>Get-Container web | Rename-Container site</c>. PowerShell binds what stands by its place before it looks at the
/// pipeline, and takes it for a name; a parameter set that has both (<see cref="ParameterSets.Piped"/>) lets the objects come all the same.
/// </content>
public abstract partial class TargetCommand<T>
{
    private bool hasTaken;

    /// <summary>Takes what stands first after the names, where objects from the pipeline are in their place.</summary>
    private protected virtual void TakeFirst(string[] words)
    {
    }

    /// <summary>What was typed where names would stand. Only those of checkpoints have other ones first.</summary>
    private protected virtual string[] FirstWords => TargetNames;

    /// <summary>What the user named; where objects come from the pipeline that is nothing.</summary>
    private protected IReadOnlyCollection<string> NamedTargets => ParameterSetName == ParameterSets.Piped ? [] : TargetNames;

    /// <summary>The one word that is meant.</summary>
    private protected string One(string[] words)
    {
        if (words.Length != 1)
        {
            Refuse(
                "OneWordRequired",
                $"Cannot use {string.Join(", ", words.Select(static word => $"'{word}'"))}: where objects come from the pipeline, {MyInvocation.MyCommand.Name} takes one word in the place of their names.",
                words,
                $"Get-Help {MyInvocation.MyCommand.Name} -Full");
        }

        return words[0];
    }

    // Before anything asks what was typed.
    private protected void TakePiped()
    {
        if (ParameterSetName != ParameterSets.Piped || hasTaken)
        {
            return;
        }

        hasTaken = true;
        TakeFirst(FirstWords);
        if (ForOne is { } parameter)
        {
            Typed.Add(parameter);
            MyInvocation.BoundParameters[parameter] = GetType().GetProperty(parameter)?.GetValue(this);
        }
    }
}
