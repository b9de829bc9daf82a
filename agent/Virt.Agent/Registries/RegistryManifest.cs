namespace Virt.Agent.Registries;

/// <summary>A manifest or an index as a registry gave it, its digest checked.</summary>
/// <param name="Digest">The SHA-256 of its bytes: <c>sha256:…</c>.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Bytes">Its very bytes.</param>
internal sealed record RegistryManifest(string Digest, string MediaType, byte[] Bytes);
