using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Virt.Tests.Module;

/// <summary>The real PowerShell engine with the module imported as it is laid out for users.</summary>
internal sealed class Shell : IDisposable
{
    private readonly Runspace runspace;

    public Shell(FakeAgent? agent = null, RecordingHost? host = null, bool import = true)
    {
        var state = InitialSessionState.CreateDefault2();
        if (import)
        {
            state.ImportPSModule([Path.Combine(ModuleFolder, "Virt.psd1")]);
        }

        Host = host ?? new RecordingHost();
        runspace = RunspaceFactory.CreateRunspace(Host, state);
        runspace.Open();
        if (agent is not null)
        {
            // Per shell, not per process: tests run side by side.
            runspace.SessionStateProxy.SetVariable("agent", agent.Endpoint);
            string[] ours = ["*-VM*:ComputerName", "*-VHD:ComputerName", "*-Container*:ComputerName", "*-Virt*:ComputerName", "*-Patch*:ComputerName"];
            var defaults = new DefaultParameterDictionary();
            Array.ForEach(ours, name => defaults.Add(name, agent.Endpoint));
            runspace.SessionStateProxy.SetVariable("PSDefaultParameterValues", defaults);
        }
    }

    /// <summary>The folder that a build lays out for Import-Module.</summary>
    public static string ModuleFolder { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../module/Virt"));

    public RecordingHost Host { get; }

    /// <summary>A pipeline that has not begun.</summary>
    public PowerShell Script(string script)
    {
        var shell = PowerShell.Create(runspace);
        shell.AddScript(script);
        return shell;
    }

    /// <summary>Runs a script and gives what it wrote; its errors are in <see cref="Errors"/>.</summary>
    public IReadOnlyList<PSObject> Run(string script)
    {
        using var shell = Script(script);
        var output = shell.Invoke();
        Errors = shell.Streams.Error.ToArray();
        Progress = shell.Streams.Progress.ToArray();
        return output;
    }

    /// <summary>Runs a script and gives the objects of one type that it wrote.</summary>
    public T[] Run<T>(string script) => Run(script).Select(item => item.BaseObject).OfType<T>().ToArray();

    /// <summary>The errors of the last script.</summary>
    public IReadOnlyList<ErrorRecord> Errors { get; private set; } = [];

    /// <summary>The progress of the last script.</summary>
    public IReadOnlyList<ProgressRecord> Progress { get; private set; } = [];

    public void Dispose() => runspace.Dispose();
}
