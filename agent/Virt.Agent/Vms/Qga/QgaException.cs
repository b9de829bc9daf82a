using System;

namespace Virt.Agent.Vms.Qga;

/// <summary>The guest agent refused a command, or answered what is no answer. Whoever knows the VM turns this into an error for the user.</summary>
public sealed class QgaException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command, such as <c>guest-exec</c>.</param>
    /// <param name="errorClass">QAPI's QapiErrorClass; <c>CommandNotFound</c>: this guest's agent does not have or allow it.</param>
    /// <param name="description">What the agent said.</param>
    /// <param name="inner">Why its answer could not be read.</param>
    public QgaException(string command, string errorClass, string description, Exception? inner = null)
        : base($"{command}: {description}", inner)
    {
        Command = command;
        ErrorClass = errorClass;
        Description = description;
    }

    /// <summary>The command.</summary>
    public string Command { get; }

    /// <summary>QAPI's error class.</summary>
    public string ErrorClass { get; }

    /// <summary>What the agent said.</summary>
    public string Description { get; }

    /// <summary>False where the answer was none: no JSON, or not of the shape that this command's answers have.</summary>
    public bool IsAnswer => ErrorClass.Length > 0;

    /// <summary>True where this guest's agent does not have or allow the command.</summary>
    public bool IsNotSupported => ErrorClass == "CommandNotFound";
}
