using System;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>The base of cmdlets that open a machine's serial console in the terminal.</summary>
public abstract class VMTerminalCommand : VMTargetCommand
{
    private const byte LeaveKey = 0x1D; // Ctrl+], as of telnet and virsh

    /// <summary>Only look: nothing that is typed goes to the guest.</summary>
    [Parameter]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>How long to look, in seconds; 0: until it is left.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int TimeoutSeconds { get; set; }

    private protected override void Act(HostCalls host, Target target)
    {
        var request = new ConnectVMConsole { Id = target.Id, Name = target.Name, Terminal = Guid.NewGuid(), Timeout = Seconds(TimeoutSeconds) };
        using var output = Console.OpenStandardOutput();
        TerminalInput? input = null;
        try
        {
            host.Invoke(Methods.ConnectVMConsole, request, observer: new CallObserver
            {
                Output = (bytes, _) =>
                {
                    // Only now is it there to be typed at.
                    input ??= ReadOnly && Console.IsInputRedirected ? null : new TerminalInput((typed, _, _) => Type(host, request.Terminal, typed), () => Leave(host, request.Terminal));
                    output.Write(bytes, 0, bytes.Length);
                    output.Flush();
                },
            });
        }
        finally
        {
            input?.Dispose();
        }
    }

    private void Type(HostCalls host, Guid terminal, byte[] typed)
    {
        var leaves = Array.IndexOf(typed, LeaveKey);
        var sent = leaves < 0 ? typed : typed.AsSpan(0, leaves).ToArray();
        if (sent.Length > 0 && !ReadOnly)
        {
            host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = terminal, Bytes = sent });
        }

        if (leaves >= 0)
        {
            Leave(host, terminal);
        }
    }

    private static void Leave(HostCalls host, Guid terminal) => host.Invoke(Methods.TypeVMConsole, new TypeVMConsole { Terminal = terminal, IsLeaving = true });
}
