using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>The errors of registries: each says which registry, what it said, and what to type next.</summary>
internal static class RegistryErrors
{
    private const int LongestQuote = 200;

    /// <summary>It could not be reached, or never answered to the end.</summary>
    public static VirtException Unreachable(RegistryTask task, string registry, Exception cause)
    {
        var (why, action) = Cause(registry, cause);
        return Make(task, ErrorCode.Unavailable, IsUntrusted(cause) ? "RegistryUntrusted" : "RegistryUnreachable", $"registry '{registry}' {why}", action, cause);
    }

    /// <summary>401 and 403.</summary>
    /// <param name="task">What was wanted.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="isKnown">It knows who asks and says no; else it wants to know who asks.</param>
    /// <param name="said">Its own words.</param>
    public static VirtException Denied(RegistryTask task, string registry, bool isKnown, string said)
    {
        var why = task.Credential switch
        {
            null => $"registry '{registry}' has no '{task.Image.Repository}', or wants to know who asks",
            var shown when isKnown => $"registry '{registry}' does not let '{shown}' do that",
            var shown => $"registry '{registry}' does not accept the credentials of '{shown}'",
        };
        return Make(task, isKnown ? ErrorCode.PermissionDenied : ErrorCode.Unauthenticated, "RegistryDenied", why + Quote(said), $"{task.Command} {task.Image} -Credential (Get-Credential)");
    }

    /// <summary>429: it wants to be asked later.</summary>
    public static VirtException TooBusy(RegistryTask task, string registry, TimeSpan? wait, string said) => Make(
        task,
        ErrorCode.Unavailable,
        "RegistryTooBusy",
        $"registry '{registry}' has been asked too often{(wait is { } time ? $" and wants to be left alone for {Math.Ceiling(time.TotalSeconds)} s" : "")}{Quote(said)}",
        task.Credential is null ? $"{task.Command} {task.Image} -Credential (Get-Credential)" : $"{task.Command} {task.Image}");

    /// <summary>An answer that no registry should give.</summary>
    public static VirtException Failed(RegistryTask task, string registry, HttpStatusCode status, string said) =>
        Make(task, ErrorCode.Unavailable, "RegistryFailed", $"registry '{registry}' answered {(int)status} {status}{Quote(said)}", $"{task.Command} {task.Image}");

    /// <summary>An answer that is no registry's.</summary>
    public static VirtException Nonsense(RegistryTask task, string registry, string what) =>
        Make(task, ErrorCode.Unavailable, "RegistryFailed", $"registry '{registry}' {what}", $"curl --head '{registry}/v2/'");

    /// <summary>There is no such image.</summary>
    /// <param name="task">What was wanted.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="nearest">The tag that was probably meant; null: none is near.</param>
    /// <param name="tags">Some of the tags that there are; empty: none are known.</param>
    public static VirtException NotFound(RegistryTask task, string registry, string? nearest, IReadOnlyList<string> tags)
    {
        var name = task.Image.FamiliarRepository;
        var hint = nearest is not null ? $"; did you mean '{name}:{nearest}'?" : tags.Count == 0 ? "" : $"; it has the tag{(tags.Count == 1 ? "" : "s")} {string.Join(", ", tags.Select(static tag => $"'{tag}'"))}";
        return Make(
            task,
            ErrorCode.NotFound,
            "ImageNotFound",
            $"registry '{registry}' has no '{task.Image.Repository}{(task.Image.Digest is null ? ":" + task.Image.Tag : "@" + task.Image.Digest)}'{hint}",
            (nearest ?? (tags.Count == 0 ? null : tags[^1])) is { } tag ? $"{task.Command} {name}:{tag}" : "Get-ContainerImage");
    }

    /// <summary>What came is not what was asked for.</summary>
    public static VirtException DigestMismatch(RegistryTask task, string registry, string what, string wanted, string got) =>
        Make(task, ErrorCode.DataLoss, "DigestMismatch", $"{what} that registry '{registry}' gave has the digest '{got}'; '{wanted}' is required", $"{task.Command} {task.Image}");

    /// <summary>What it gave is larger than it may be.</summary>
    public static VirtException TooLarge(RegistryTask task, string registry, string what, long limit) =>
        Make(task, ErrorCode.ResourceExhausted, "ImageTooLarge", $"{what} that registry '{registry}' gave is larger than {limit} bytes", $"{task.Command} {task.Image}");

    /// <summary>Any error of a task.</summary>
    public static VirtException Make(RegistryTask task, ErrorCode code, string id, string why, string action, Exception? cause = null) => new(
        code,
        id,
        $"Cannot {task.Verb} image '{task.Image}': {why}{(why.EndsWith('?') || why.EndsWith('.') ? "" : ".")}",
        task.Image.Familiar,
        action,
        cause);

    private static (string Why, string Action) Cause(string registry, Exception cause) => cause switch
    {
        HttpRequestException { InnerException: AuthenticationException inner } when IsUntrusted(cause) => (
            $"has a certificate that is not trusted ({Clean(inner.Message)})",
            "Put the certificate of its issuer into a folder, and that folder's name into VIRT_AGENT_OPTIONS: --registry-certificates DIR"),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (
            "does not speak TLS",
            $"If it is to be trusted without TLS, put this into VIRT_AGENT_OPTIONS: --registry-plain-http {registry}"),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => ("cannot be reached: no host of that name is known", $"getent hosts {registry.Split(':')[0]}"),
        HttpRequestException { InnerException: SocketException socket } => ($"cannot be reached ({Clean(socket.Message)})", $"curl --head '{registry}/v2/'"),
        OperationCanceledException or TimeoutException => ("does not answer", $"curl --head '{registry}/v2/'"),
        _ => ($"broke the connection ({Clean(cause.Message)})", $"curl --head '{registry}/v2/'"),
    };

    // SslStream throws the same exception for whatever TLS fails with.
    internal static bool IsUntrusted(Exception cause) => cause.InnerException is AuthenticationException inner && inner.Message.Contains("certificate", StringComparison.Ordinal);

    private static string Quote(string said) => Clean(said) is { Length: > 0 } clean ? $" (\"{clean}\")" : "";

    // It comes from a stranger and goes to a terminal.
    internal static string Clean(string text)
    {
        var clean = string.Concat(text.Where(static c => !char.IsControl(c))).Trim().TrimEnd('.');
        return clean.Length <= LongestQuote ? clean : clean[..LongestQuote] + "…";
    }
}
