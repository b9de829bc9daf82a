using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Text.RegularExpressions;

namespace Virt.Agent.Registries;

/// <summary>What a registry wants to be shown: the WWW-Authenticate header of its 401. RFC 9110, 11.6.1; the distribution project's token specification.</summary>
/// <param name="IsBearer">A token of <paramref name="Realm"/>; else the name and password themselves.</param>
/// <param name="Realm">Where tokens are given out.</param>
/// <param name="Service">What the token is for; null where it was not said.</param>
/// <param name="Scope">What it must allow; null where it was not said.</param>
internal sealed partial record RegistryChallenge(bool IsBearer, string Realm, string? Service, string? Scope)
{
    /// <summary>The challenge of an answer; null where it has none that can be met.</summary>
    public static RegistryChallenge? Of(HttpResponseMessage response)
    {
        var offered = response.Headers.WwwAuthenticate.Select(header => Read(header.Scheme, header.Parameter ?? "")).OfType<RegistryChallenge>().ToList();
        return offered.Find(static challenge => challenge.IsBearer) ?? offered.FirstOrDefault();
    }

    private static RegistryChallenge? Read(string scheme, string parameters)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in Parameter().Matches(parameters))
        {
            values.TryAdd(match.Groups["name"].Value, match.Groups["quoted"].Success ? Escape().Replace(match.Groups["quoted"].Value, "${character}") : match.Groups["plain"].Value);
        }

        return scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && values.TryGetValue("realm", out var realm)
            ? new RegistryChallenge(true, realm, values.GetValueOrDefault("service"), values.GetValueOrDefault("scope"))
            : scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) ? new RegistryChallenge(false, values.GetValueOrDefault("realm", ""), null, null) : null;
    }

    [GeneratedRegex("""(?<name>[A-Za-z0-9_-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^\s,"]+))""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\\(?<character>.)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escape();
}
