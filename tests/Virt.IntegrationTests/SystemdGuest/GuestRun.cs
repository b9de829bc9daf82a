namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>A command that has run to its end in the guest.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">What it wrote to standard output, without the last line's end.</param>
/// <param name="Error">The same of standard error.</param>
internal sealed record GuestRun(int ExitCode, string Output, string Error);
