using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>Turns the one exception of Virt into PowerShell's error records. The second and last translation of an error.</summary>
internal static class ErrorRecords
{
    /// <summary>Makes the record.</summary>
    /// <param name="e">What went wrong.</param>
    /// <param name="target">What the user gave; null: what the agent named.</param>
    public static ErrorRecord From(VirtException e, object? target) => new(e, e.Id.Length > 0 ? e.Id : e.Code.ToString(), Category(e.Code), target ?? e.Target)
    {
        ErrorDetails = new ErrorDetails(e.Message) { RecommendedAction = e.RecommendedAction ?? "" },
    };

    /// <summary>True where not the object but the way to its host failed, so that its other objects fare no better.</summary>
    public static bool IsHostFailure(VirtException e) => e.IsOfHost || e.Id is "AgentUnavailable" or "AgentAccessDenied" or "AgentNotInstalled"
        or "ConnectionLost" or "BadEndpoint" or "MalformedReply" or "SshFailed" or "SshMissing" or "HostNameAmbiguous";

    private static ErrorCategory Category(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => ErrorCategory.InvalidArgument,
        ErrorCode.NotFound => ErrorCategory.ObjectNotFound,
        ErrorCode.AlreadyExists => ErrorCategory.ResourceExists,
        ErrorCode.WrongState => ErrorCategory.InvalidOperation,
        ErrorCode.Conflict => ErrorCategory.ResourceBusy,
        ErrorCode.ResourceExhausted => ErrorCategory.QuotaExceeded,
        ErrorCode.PermissionDenied => ErrorCategory.PermissionDenied,
        ErrorCode.Unauthenticated => ErrorCategory.AuthenticationError,
        ErrorCode.Unavailable => ErrorCategory.ConnectionError,
        ErrorCode.Timeout => ErrorCategory.OperationTimeout,
        ErrorCode.Cancelled => ErrorCategory.OperationStopped,
        ErrorCode.NotSupported => ErrorCategory.NotImplemented,
        ErrorCode.DataLoss => ErrorCategory.InvalidData,
        ErrorCode.HealthCheckFailed => ErrorCategory.InvalidResult,
        ErrorCode.PlanOutOfDate => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.NotSpecified,
    };
}
