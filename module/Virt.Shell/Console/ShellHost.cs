using System;
using System.Globalization;
using System.Management.Automation.Host;

namespace Virt.Shell.Console;

/// <summary>What the engine asks of the program around it.</summary>
internal sealed class ShellHost(bool interactive) : PSHost
{
    /// <summary>Its screen.</summary>
    public Screen Screen { get; } = new(interactive);

    /// <summary>What exit was called with; null: it was not.</summary>
    public int? ExitCode { get; private set; }

    public override string Name => "virt-shell";

    public override Version Version { get; } = typeof(ShellHost).Assembly.GetName().Version ?? new Version(0, 1);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override PSHostUserInterface UI => Screen;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw new NotSupportedException("virt-shell has no nested prompt.");

    public override void ExitNestedPrompt() => throw new NotSupportedException("virt-shell has no nested prompt.");

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}
