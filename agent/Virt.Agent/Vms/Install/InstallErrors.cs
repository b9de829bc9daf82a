using System;
using Virt.Protocol;

namespace Virt.Agent.Vms.Install;

/// <summary>What can be wrong with an installation.</summary>
internal static class InstallErrors
{
    /// <summary>What is done, in errors.</summary>
    public const string Verb = "create";

    /// <summary>A parameter cannot be what it is.</summary>
    public static VirtException Bad(string image, string id, string why, string action) => new(ErrorCode.InvalidArgument, id, $"Cannot {Verb} VM image '{image}': {why}.", image, action);

    /// <summary>The ISO image cannot be read, or is none.</summary>
    public static VirtException Iso(string image, string path, Exception e) =>
        new(e is System.IO.InvalidDataException ? ErrorCode.InvalidArgument : ErrorCode.NotFound, "InvalidIso", $"Cannot {Verb} VM image '{image}': ISO image '{path}' cannot be read ({VmErrors.Sentence(e.Message)}).", path, $"ls -l '{path}'", e);

    /// <summary>The installer has come to no good end.</summary>
    /// <param name="image">The image.</param>
    /// <param name="code">Which kind of error.</param>
    /// <param name="why">What has become of it.</param>
    /// <param name="lastLine">What it has written to its serial console last; empty: nothing.</param>
    /// <param name="action">What helps.</param>
    /// <param name="cause">What it came from.</param>
    public static VirtException Failed(string image, ErrorCode code, string why, string lastLine, string action, Exception? cause = null) =>
        new(code, "InstallationFailed", $"Cannot {Verb} VM image '{image}': {why}{(lastLine.Length > 0 ? $". It wrote last: {lastLine}" : "")}.", image, action, cause);
}
