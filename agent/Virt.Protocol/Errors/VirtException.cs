using System;

namespace Virt.Protocol;

/// <summary>
/// The one exception of Virt, on both sides of the wire. A service that knows the object throws it; it is never wrapped into another.
/// </summary>
public sealed class VirtException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="code">Which of the closed set.</param>
    /// <param name="id">Its stable name, such as <c>VMNotFound</c>.</param>
    /// <param name="message">One sentence: <c>Cannot verb kind 'name': cause.</c></param>
    /// <param name="target">What the user typed, or the object's name.</param>
    /// <param name="action">A command that the user can run next.</param>
    /// <param name="inner">What caused it.</param>
    public VirtException(ErrorCode code, string id, string message, string? target = null, string? action = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Id = id;
        Target = target;
        RecommendedAction = action;
    }

    /// <summary>Makes the exception again that the other side threw.</summary>
    public VirtException(ErrorInfo info)
        : this(info.Code, info.Id, info.Message, info.Target, info.RecommendedAction)
    {
    }

    /// <summary>Which of the closed set.</summary>
    public ErrorCode Code { get; }

    /// <summary>Its stable name.</summary>
    public string Id { get; }

    /// <summary>What the user typed, or the object's name.</summary>
    public string? Target { get; }

    /// <summary>A command that the user can run next.</summary>
    public string? RecommendedAction { get; }

    /// <summary>Not the object that was asked for failed but the way to its host, so that its other objects fare no better.</summary>
    public bool IsOfHost { get; internal set; }

    /// <summary>The error as it crosses the wire.</summary>
    public ErrorInfo ToInfo() => new() { Code = Code, Id = Id, Message = Message, Target = Target, RecommendedAction = RecommendedAction };
}
