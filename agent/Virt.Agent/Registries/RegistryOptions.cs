using System;
using System.Collections.Generic;

namespace Virt.Agent.Registries;

/// <summary>How this agent reaches registries: what its admin has said, and how patient it is.</summary>
public sealed record RegistryOptions
{
    /// <summary>Where else images of a registry are looked for, before the registry itself.</summary>
    public List<RegistryMirror> Mirrors { get; } = [];

    /// <summary>The registries, as <c>host</c> or <c>host:port</c>, that are spoken with without TLS. All others are not.</summary>
    public HashSet<string> PlainHttp { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A folder of certificates (<c>*.crt</c>, <c>*.pem</c>) that registries' certificates may stand on beside the system's; null: none.</summary>
    public string? CertificateFolder { get; set; }

    /// <summary>How long a registry may give nothing at all before it is asked anew.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often in a row the same is asked in vain.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long is waited before the second attempt; each further wait is twice the one before.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait that a registry may ask for; one that wants more is too busy.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(60);
}
