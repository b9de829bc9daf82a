using System;
using System.Collections.Generic;

namespace Virt.Tests.Registries;

/// <summary>What a fake registry was asked.</summary>
internal sealed record FakeRequest(string Method, string Target, Dictionary<string, string> Headers, byte[] Body)
{
    public string Path => Target.Split('?')[0];

    public string Query => Target.Contains('?', StringComparison.Ordinal) ? Target[(Target.IndexOf('?', StringComparison.Ordinal) + 1)..] : "";

    public string? this[string header] => Headers.GetValueOrDefault(header);
}
