using System;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>Writes lines to standard error with the priority that systemd's journal understands. Source: sd-daemon(3).</summary>
public static class AgentLog
{
    /// <summary>Something that an admin may want to know.</summary>
    public static void Info(string message) => Console.Error.WriteLine("<6>" + message);

    /// <summary>Something that went wrong and was dealt with.</summary>
    public static void Warning(string message) => Console.Error.WriteLine("<4>" + message);

    /// <summary>Something that went wrong: with its cause, and its stack where it is a fault of ours.</summary>
    public static void Error(string message, Exception cause) =>
        Console.Error.WriteLine($"<3>{message}: {(cause is VirtException ? cause.Message : cause.ToString().ReplaceLineEndings(" | "))}");
}
