using System;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Reflection;

namespace Virt.Shell.Commands;

/// <summary>How a command tells those before it in the pipeline that it wants no more, so that one that would go on for ever ends.</summary>
internal static class StopUpstream
{
    // PowerShell's own Select-Object has this exception to itself: the type is internal, and nothing public makes a pipeline end early without an error.
    private static readonly ConstructorInfo Constructor =
        typeof(PSCmdlet).Assembly.GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!
            .GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, binder: null, [typeof(InternalCommand)], modifiers: null)
        ?? throw new MissingMethodException("StopUpstreamCommandsException", ".ctor");

    /// <summary>What the command has to throw once it has written all that it will.</summary>
    public static Exception From(InternalCommand command) => (Exception)Constructor.Invoke([command]);
}
