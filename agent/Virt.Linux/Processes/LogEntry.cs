using System;
using System.Runtime.InteropServices;

namespace Virt.Linux.Processes;

/// <summary>A line of a process's output.</summary>
/// <param name="Time">When its first part was read.</param>
/// <param name="IsError">From standard error.</param>
/// <param name="Line">Its bytes as UTF-8 text, without the line end; what is not UTF-8 became U+FFFD.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LogEntry(DateTimeOffset Time, bool IsError, string Line);
