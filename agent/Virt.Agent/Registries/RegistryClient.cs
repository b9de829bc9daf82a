using System;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>
/// Speaks with one registry about one image: who asks is shown as the registry wants it, what fails for a moment is asked again,
/// and redirects are followed without telling the next host what was meant for this one. OCI distribution specification, version 1.1.
/// </summary>
internal sealed partial class RegistryClient
{
    private const int MostRedirects = 5;

    private readonly RegistryHttp http;
    private readonly RegistryAddress address;
    private readonly RegistryTask task;
    private readonly RegistryTokens tokens;

    /// <param name="http">The connections.</param>
    /// <param name="address">The registry.</param>
    /// <param name="task">What is wanted of it. A mirror is not shown the user's credentials, which are another's.</param>
    public RegistryClient(RegistryHttp http, RegistryAddress address, RegistryTask task)
    {
        this.http = http;
        this.address = address;
        this.task = address.IsMirror ? task with { Credential = null } : task;
        tokens = new RegistryTokens(this.task, address, http.Options);
    }

    /// <summary>The registry's name.</summary>
    public string Name => address.Name;

    private string Repository => task.Image.Repository;

    private string PullScope => $"repository:{Repository}:pull";

    private string PushScope => $"repository:{Repository}:pull,push";

    private Uri UriOf(string rest) => new(address.Api, $"{Repository}/{rest}");

    /// <summary>Asks, again and again where the registry is busy or breaks off.</summary>
    /// <param name="make">Makes the request; called once for each attempt.</param>
    /// <param name="scope">What a token must allow.</param>
    /// <param name="watch">Ends an attempt that nothing comes of; its silence begins anew with each attempt.</param>
    /// <returns>The answer, its head read: 2xx, 3xx without a place to go, or 4xx except 401, 403 and 429. The caller disposes it.</returns>
    /// <exception cref="VirtException">RegistryUnreachable, RegistryDenied, RegistryTooBusy, RegistryFailed.</exception>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string scope, SilenceWatch watch)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isLast = attempt == http.Options.Attempts;
            TimeSpan? asked;
            try
            {
                watch.Restart();
                var response = await AuthorizedAsync(make, scope, watch.Token).ConfigureAwait(false);
                if (response.StatusCode != HttpStatusCode.TooManyRequests && (int)response.StatusCode < 500)
                {
                    return response;
                }

                using (response)
                {
                    asked = RetryAfter(response);
                    if (isLast || asked > http.Options.LongestWait)
                    {
                        var said = await RegistryBody.ReadErrorAsync(response, watch.Token).ConfigureAwait(false);
                        throw response.StatusCode == HttpStatusCode.TooManyRequests
                            ? RegistryErrors.TooBusy(task, Name, asked, said)
                            : RegistryErrors.Failed(task, Name, response.StatusCode, said);
                    }
                }
            }
            catch (Exception e) when (watch.IsTransient(e))
            {
                if (isLast || IsHopeless(e))
                {
                    throw RegistryErrors.Unreachable(task, Name, e);
                }

                asked = null;
            }

            await WaitAsync(attempt, asked, watch.Cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Waits before the next attempt: as long as was asked for, else twice as long each time, and never exactly as long as others do.</summary>
    private Task WaitAsync(int attempt, TimeSpan? asked, CancellationToken cancellation)
    {
        var wait = asked ?? (http.Options.FirstWait * Math.Pow(2, attempt - 1) * (0.75 + (Random.Shared.NextDouble() / 2)));
        return Task.Delay(wait, http.Time, cancellation);
    }

    private async Task<HttpResponseMessage> AuthorizedAsync(Func<HttpRequestMessage> make, string scope, CancellationToken cancellation)
    {
        var response = await FollowAsync(make, tokens.HeaderFor(scope), cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            using (response)
            {
                // Also where a token has been shown: it may have run out.
                var challenge = RegistryChallenge.Of(response);
                var said = await RegistryBody.ReadErrorAsync(response, cancellation).ConfigureAwait(false);
                await tokens.AnswerAsync(http.Invoker, challenge, scope, said, cancellation).ConfigureAwait(false);
            }

            response = await FollowAsync(make, tokens.HeaderFor(scope), cancellation).ConfigureAwait(false);
        }

        if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            return response;
        }

        using (response)
        {
            throw RegistryErrors.Denied(task, Name, response.StatusCode == HttpStatusCode.Forbidden, await RegistryBody.ReadErrorAsync(response, cancellation).ConfigureAwait(false));
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(Func<HttpRequestMessage> make, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        Uri? next = null;
        for (var redirects = 0; ; redirects++)
        {
            using var request = make();
            request.Headers.TryAddWithoutValidation("User-Agent", RegistryHttp.UserAgent);
            request.RequestUri = next ?? request.RequestUri!;

            // What is meant for this registry goes to no other host, to no other port of it, and never without TLS where it was asked with it.
            if (IsOwn(request.RequestUri))
            {
                request.Headers.Authorization = authorization;
            }

            var response = await http.Invoker.SendAsync(request, cancellation).ConfigureAwait(false);
            if (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head || (int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            next = new Uri(request.RequestUri, location);
            if (redirects == MostRedirects || !IsAllowed(next))
            {
                throw RegistryErrors.Nonsense(task, Name, redirects == MostRedirects ? "redirects without end" : $"redirects to '{next.GetLeftPart(UriPartial.Authority)}', which is not asked with TLS");
            }
        }
    }

    private bool IsOwn(Uri uri) => uri.Scheme == address.Api.Scheme && uri.Authority.Equals(address.Api.Authority, StringComparison.OrdinalIgnoreCase);

    private bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (IsOwn(uri) || http.Options.PlainHttp.Contains(uri.Authority)));

    // Asking again changes neither a certificate nor a name that does not exist.
    private static bool IsHopeless(Exception e) => e is HttpRequestException
    {
        HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError,
    };

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var wait = response.Headers.RetryAfter is not { } header ? null : header.Delta ?? (header.Date - http.Time.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
