using System.Management.Automation;

namespace Virt.Session;

/// <summary>What work writes that has more than one result, or errors beside them.</summary>
internal sealed record JobOutput(object[] Items, ErrorRecord[] Errors);
