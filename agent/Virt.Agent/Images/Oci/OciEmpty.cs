namespace Virt.Agent.Images.Oci;

/// <summary>The empty object that stands behind a port or a volume, of which only the name says anything.</summary>
public sealed record OciEmpty;
