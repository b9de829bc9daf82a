using System.Collections.Generic;

namespace Virt.Agent.Vms.Seeds;

/// <summary>What a machine's guest is told when it comes up for the first time, by cloud-init or what is like it; stored with the machine, and made an image of at each start (<see cref="SeedText"/>).</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what another agent did not write.</remarks>
public sealed record VmSeed
{
    /// <summary>What the guest is to call itself.</summary>
    public required string HostName { get; init; }

    /// <summary>Its user who may become root; null: the one that the image's makers have named.</summary>
    public string? UserName { get; set; }

    /// <summary>The public keys, as lines of <c>authorized_keys</c>, by which that user comes in.</summary>
    public IReadOnlyList<string> SshKeys { get; set; } = [];

    /// <summary>The user's own cloud-config as a JSON object; empty: none.</summary>
    public string CloudInit { get; set; } = "";
}
