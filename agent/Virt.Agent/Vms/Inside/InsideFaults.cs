using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms.Inside;

/// <summary>Why the agent inside a guest cannot be reached.</summary>
/// <param name="name">The machine.</param>
internal sealed class InsideFaults(string name)
{
    /// <summary>What is tried.</summary>
    public const string Verb = "reach the agent in";

    private string Start => $"Cannot {Verb} VM '{name}': ";

    /// <summary>It was not made with one.</summary>
    public VirtException None() => new(ErrorCode.NotSupported, "VMWithoutAgent", $"{Start}it has none.", name, $"Stop-VM {name}; Set-VM {name} -WithAgent; Start-VM {name}");

    /// <summary>Neither it nor the guest agent is there.</summary>
    public VirtException NotUp() => new(
        ErrorCode.Unavailable, "VMAgentUnavailable", $"{Start}it does not listen yet, nor does the guest agent, over which it would be put there and started.", name, $"Wait-VM -Name {name} -For GuestAgent");

    /// <summary>It is there, as far as the guest tells, and does not answer.</summary>
    public VirtException Silent(TimeSpan limit, Exception e) => new(
        ErrorCode.Timeout, "VMAgentSilent", FormattableString.Invariant($"{Start}it did not answer within {limit.TotalSeconds:0.#} s."), name, $"Invoke-VMCommand {name} -- journalctl --no-pager -n 20 -u virt-agent", e);

    /// <summary>Too many are connected.</summary>
    public VirtException Full(Exception e) => new(ErrorCode.ResourceExhausted, "VMAgentBusy", $"{Start}{e.Message.TrimEnd('.')}.", name, "Close other sessions that use it.", e);

    /// <summary>The guest is none that this host's agent can run in.</summary>
    public VirtException OtherArchitecture(string guest) => new(
        ErrorCode.NotSupported, "AgentNotForGuest", $"{Start}its guest is {Plain(guest)}, and this host's agent is for {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}.", name, $"Invoke-VMCommand {name} -- uname -m");

    /// <summary>The guest's shell has refused.</summary>
    public VirtException Refused(QgaCommandResult result) => result.ExitCode switch
    {
        InsideScripts.NoSystemd => new(ErrorCode.NotSupported, "GuestWithoutSystemd", $"{Start}systemd does not run in its guest, which would start it.", name, $"Get-VM {name} -Detailed"),
        InsideScripts.NoPort => new(ErrorCode.NotSupported, "GuestWithoutPort", $"{Start}its guest does not see the port '{QemuArguments.AgentPortName}'; Linux has the driver virtio_console for it.", name, $"Invoke-VMCommand {name} -- ls -l /dev/virtio-ports"),
        InsideScripts.Damaged => new(ErrorCode.DataLoss, "AgentNotCopied", $"{Start}it did not arrive in the guest as it was sent.", name, $"Invoke-VMCommand {name} -- df /usr/local"),
        InsideScripts.DoesNotRun => new(ErrorCode.NotSupported, "AgentNotForGuest", $"{Start}it does not run in this guest ({LastLine(result)}).", name, $"Get-VM {name} -Detailed"),
        _ => new(ErrorCode.Unavailable, "AgentNotInstalled", $"{Start}it could not be put into the guest or started there ({LastLine(result)}).", name, $"Invoke-VMCommand {name} -- systemctl status virt-agent"),
    };

    /// <summary>The guest agent refused.</summary>
    public VirtException Refused(QgaException e) => e switch
    {
        { IsNotSupported: true } => new(ErrorCode.NotSupported, "GuestExecNotSupported", $"{Start}its guest agent, which would start it, may not run commands ({VmErrors.Sentence(Plain(e.Description))}).", name, "Allow guest-exec in the guest's /etc/qemu/qemu-ga.conf.", e),
        _ => new(ErrorCode.Unavailable, "GuestAgentRefused", $"{Start}its guest agent refused '{e.Command}' ({VmErrors.Sentence(Plain(e.Description))}).", name, $"Get-VM -Name {name}", e),
    };

    /// <summary>The guest agent did not answer, or did not come to an end with it.</summary>
    public VirtException GuestAgentSilent(Exception e) => VmErrors.NoGuestAgent(Verb, name, "its guest agent, which would start it, does not answer", e);

    private static string LastLine(QgaCommandResult result) =>
        VmErrors.Sentence(Plain(Encoding.UTF8.GetString(result.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? $"exit code {result.ExitCode}"));

    // A guest may say what it likes.
    private static string Plain(string text) => new([.. text.Trim().Where(static c => !char.IsControl(c)).Take(200)]);
}
