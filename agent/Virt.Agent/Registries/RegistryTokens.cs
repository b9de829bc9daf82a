using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>
/// Shows a registry who asks: the name and password themselves, or tokens that another server gives for them (the distribution project's token
/// specification). One that has run out is noticed by the registry's next 401, and a new one is got. In memory alone, and as long as one image is spoken of.
/// </summary>
internal sealed class RegistryTokens(RegistryTask task, RegistryAddress address, RegistryOptions options)
{
    private const int LongestReply = 1 << 20;
    private const string ClientId = "virt-agent";

    private readonly ConcurrentDictionary<string, AuthenticationHeaderValue> headers = new(StringComparer.Ordinal);

    /// <summary>What to show for a scope; null before the registry has said what it wants.</summary>
    public AuthenticationHeaderValue? HeaderFor(string scope) => headers.GetValueOrDefault(scope);

    /// <summary>Gets what the registry wants to be shown.</summary>
    /// <param name="invoker">The connections.</param>
    /// <param name="challenge">What it wants; null: it did not say.</param>
    /// <param name="scope">What a token must allow.</param>
    /// <param name="said">Its own words.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="VirtException">RegistryDenied, RegistryFailed.</exception>
    /// <exception cref="HttpRequestException">The server of tokens cannot be reached, or is busy.</exception>
    public async Task AnswerAsync(HttpMessageInvoker invoker, RegistryChallenge? challenge, string scope, string said, CancellationToken cancellation)
    {
        if (challenge is null || (!challenge.IsBearer && task.Credential is null))
        {
            throw RegistryErrors.Denied(task, address.Name, isKnown: false, said);
        }

        headers[scope] = challenge.IsBearer ? new AuthenticationHeaderValue("Bearer", await GetTokenAsync(invoker, challenge, scope, cancellation).ConfigureAwait(false)) : Basic(task.Credential!);
    }

    private async Task<string> GetTokenAsync(HttpMessageInvoker invoker, RegistryChallenge challenge, string scope, CancellationToken cancellation)
    {
        var realm = Uri.TryCreate(challenge.Realm, UriKind.Absolute, out var uri) && IsSafe(uri)
            ? uri
            : throw RegistryErrors.Nonsense(task, address.Name, $"sends for a token to '{Shorten(challenge.Realm)}', which is not asked with TLS");
        using var request = Request(realm, challenge, [.. scope.Split(' ').Union(challenge.Scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [])]);
        request.Headers.TryAddWithoutValidation("User-Agent", RegistryHttp.UserAgent);
        using var response = await invoker.SendAsync(request, cancellation).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw RegistryErrors.Denied(task, address.Name, response.StatusCode == HttpStatusCode.Forbidden, await RegistryBody.ReadErrorAsync(response, cancellation).ConfigureAwait(false));
        }

        if (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
        {
            throw new HttpRequestException($"its server of tokens answered {(int)response.StatusCode}");
        }

        return Read(response.IsSuccessStatusCode ? await RegistryBody.ReadAsync(response, LongestReply, cancellation).ConfigureAwait(false) : null)
            ?? throw RegistryErrors.Nonsense(task, address.Name, $"sends for a token to '{realm.Host}', which answers {(int)response.StatusCode} and gives none");
    }

    private HttpRequestMessage Request(Uri realm, RegistryChallenge challenge, IReadOnlyList<string> scopes)
    {
        if (task.Credential is { IdentityToken.Length: > 0 } credential)
        {
            return new HttpRequestMessage(HttpMethod.Post, realm)
            {
                Content = new FormUrlEncodedContent(
                [
                    new("grant_type", "refresh_token"),
                    new("service", challenge.Service ?? ""),
                    new("client_id", ClientId),
                    new("scope", string.Join(' ', scopes)),
                    new("refresh_token", credential.IdentityToken),
                ]),
            };
        }

        var query = new StringBuilder(realm.Query.TrimStart('?'));
        Add("service", challenge.Service);
        foreach (var scope in scopes)
        {
            Add("scope", scope);
        }

        Add("client_id", ClientId);
        Add("account", task.Credential?.UserName);
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri);
        request.Headers.Authorization = task.Credential is { } user ? Basic(user) : null;
        return request;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Append(query.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    // A password goes out without TLS only to a registry of which the admin has said so, or to a host of which he has.
    private bool IsSafe(Uri realm) => realm.Scheme == Uri.UriSchemeHttps
        || (realm.Scheme == Uri.UriSchemeHttp && (options.PlainHttp.Contains(realm.Authority) || (address.Api.Scheme == Uri.UriSchemeHttp && realm.Authority.Equals(address.Api.Authority, StringComparison.OrdinalIgnoreCase))));

    private static string? Read(byte[]? body)
    {
        if (body is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return RegistryBody.Text(document.RootElement, "token") ?? RegistryBody.Text(document.RootElement, "access_token");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
