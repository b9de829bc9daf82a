using System.Management.Automation;

namespace Virt.Commands;

/// <summary>The base of cmdlets that are told which of the waiting packages are meant.</summary>
public abstract class PatchFilterCommand : WorkloadCommand
{
    /// <summary>Only packages that come from a security archive.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter SecurityOnly { get; set; }

    /// <summary>Only packages of these names; wildcards are allowed. What they depend on comes with them.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Include { get; set; } = [];

    /// <summary>No packages of these names; wildcards are allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[] Exclude { get; set; } = [];

    private protected PatchFilter Filter => new() { SecurityOnly = SecurityOnly, Include = Include, Exclude = Exclude };
}
