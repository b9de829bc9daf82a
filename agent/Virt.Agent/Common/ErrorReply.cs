using System;
using System.IO;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>Turns whatever a handler threw into the one error that its caller gets.</summary>
public static class ErrorReply
{
    /// <summary>The error for an exception. What is no <see cref="VirtException"/> is a fault of ours and is logged with its stack.</summary>
    public static ErrorInfo From(Exception e, string method) => e switch
    {
        VirtException known => known.ToInfo(),
        OperationCanceledException => new ErrorInfo { Code = ErrorCode.Cancelled, Id = "Cancelled", Message = $"The call '{method}' was cancelled.", Target = method },
        IOException io when DiskFull.Is(io) => new ErrorInfo
        {
            Code = ErrorCode.ResourceExhausted,
            Id = "DiskFull",
            Message = $"Cannot finish '{method}': the disk is full ({io.Message}).",
            Target = method,
            RecommendedAction = "df -h",
        },
        _ => Fault(e, method),
    };

    private static ErrorInfo Fault(Exception e, string method)
    {
        AgentLog.Error($"'{method}' failed with an exception that nobody foresaw", e);
        return new ErrorInfo
        {
            Code = ErrorCode.Internal,
            Id = "Internal",
            Message = $"Cannot finish '{method}': {e.GetType().Name}: {e.Message}",
            Target = method,
            RecommendedAction = "journalctl --unit virt-agent",
        };
    }
}
