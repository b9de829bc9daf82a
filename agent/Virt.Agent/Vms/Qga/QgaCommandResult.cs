namespace Virt.Agent.Vms.Qga;

/// <summary>What a command did in the guest.</summary>
/// <param name="ExitCode">Its exit code; null where a signal ended it.</param>
/// <param name="Signal">The signal that ended it; null where it exited.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
/// <param name="IsTruncated">True where it wrote more than the guest agent keeps (16 MiB).</param>
public sealed record QgaCommandResult(int? ExitCode, int? Signal, byte[] Output, byte[] Error, bool IsTruncated);
