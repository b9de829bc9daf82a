using System;
using System.Net;
using System.Net.Http;
using Virt.Protocol;

namespace Virt.Agent.Registries.VmImages;

/// <summary>The errors of servers of images of virtual machines: each says which server, what it did, and what to type next.</summary>
internal static class ImageServerErrors
{
    /// <summary>It is not asked without TLS.</summary>
    public static VirtException NotAllowed(string name, Uri uri) => uri.Scheme == Uri.UriSchemeHttp
        ? Make(name, ErrorCode.InvalidArgument, "PlainHttpNotAllowed", $"'{uri.GetLeftPart(UriPartial.Authority)}' would be asked without TLS, which the agent's admin has not allowed", $"Put this into VIRT_AGENT_OPTIONS: --registry-plain-http {uri.Authority}")
        : Make(name, ErrorCode.InvalidArgument, "InvalidUri", $"'{uri}' is no address that begins with https://", $"Save-VMImage {name} -Uri https://…");

    /// <summary>It could not be reached, or never answered to the end.</summary>
    public static VirtException Unreachable(string name, Uri uri, Exception cause)
    {
        var why = cause switch
        {
            _ when RegistryErrors.IsUntrusted(cause) => $"has a certificate that is not trusted ({RegistryErrors.Clean(cause.InnerException!.Message)})",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "does not speak TLS",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "cannot be reached: no host of that name is known",
            HttpRequestException { InnerException: System.Net.Sockets.SocketException socket } => $"cannot be reached ({RegistryErrors.Clean(socket.Message)})",
            OperationCanceledException or TimeoutException => "does not answer",
            _ => $"broke the connection ({RegistryErrors.Clean(cause.Message)})",
        };
        return Make(name, ErrorCode.Unavailable, RegistryErrors.IsUntrusted(cause) ? "ImageServerUntrusted" : "ImageServerUnreachable", $"server '{uri.Authority}' {why}", $"curl --head '{uri}'", cause);
    }

    /// <summary>There is no such file.</summary>
    public static VirtException NotFound(string name, Uri uri) =>
        Make(name, ErrorCode.NotFound, "ImageFileNotFound", $"server '{uri.Authority}' has no '{uri.AbsolutePath}'", $"curl --head '{uri}'");

    /// <summary>An answer that cannot be used.</summary>
    public static VirtException Failed(string name, Uri uri, HttpStatusCode status) =>
        Make(name, ErrorCode.Unavailable, "ImageServerFailed", $"server '{uri.Authority}' answered {(int)status} {status}", $"curl --head '{uri}'");

    /// <summary>An answer that makes no sense.</summary>
    public static VirtException Nonsense(string name, Uri uri, string what) =>
        Make(name, ErrorCode.Unavailable, "ImageServerFailed", $"server '{uri.Authority}' {what}", $"curl --head '{uri}'");

    /// <summary>Any error.</summary>
    public static VirtException Make(string name, ErrorCode code, string id, string why, string action, Exception? cause = null) =>
        new(code, id, $"Cannot save VM image '{name}': {why}{(why.EndsWith('?') ? "" : ".")}", name, action, cause);
}
