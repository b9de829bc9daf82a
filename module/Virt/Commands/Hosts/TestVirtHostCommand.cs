using System;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Tests what hosts can and what they lack.</summary>
/// <remarks>Gives one object for each check, with the command that mends what is wrong.</remarks>
/// <example>
/// <code>Test-VirtHost | Where-Object Result -ne Ok</code>
/// <para>Shows what this host lacks.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "VirtHost")]
[OutputType(typeof(HostCheck))]
public sealed class TestVirtHostCommand : VirtCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord() =>
        ForEachHost(HostNames, host => Array.ForEach(host.Invoke(Methods.TestVirtHost, new TestVirtHost()).Items, Emit));
}
