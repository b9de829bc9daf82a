using System;

namespace Virt.Agent.Vms.Qmp;

/// <summary>QEMU refused a command. Whoever knows the VM turns this into an error for the user.</summary>
public sealed class QmpException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command, such as <c>cont</c>.</param>
    /// <param name="errorClass">QAPI's QapiErrorClass, such as <c>GenericError</c>.</param>
    /// <param name="description">What QEMU said.</param>
    public QmpException(string command, string errorClass, string description)
        : base($"{command}: {description}")
    {
        Command = command;
        ErrorClass = errorClass;
        Description = description;
    }

    /// <summary>The command.</summary>
    public string Command { get; }

    /// <summary>QAPI's error class.</summary>
    public string ErrorClass { get; }

    /// <summary>What QEMU said.</summary>
    public string Description { get; }
}
