namespace Virt.Session;

/// <summary>A host that Connect-VirtHost has greeted.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Endpoint">Where its agent listens.</param>
/// <param name="OwnName">What it calls itself.</param>
/// <param name="IsDefault">Cmdlets without -ComputerName go there.</param>
internal sealed record ConnectedHost(string Name, string Endpoint, string OwnName, bool IsDefault);
