using System;

namespace Virt.Agent.Vms.Qmp;

/// <summary>The monitor is gone: QEMU has ended, or what came from it was no QMP.</summary>
public sealed class QmpClosedException : Exception
{
    /// <summary>Makes one.</summary>
    public QmpClosedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
