using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>Commands as text, such as those that an error recommends: can they be run as they stand there?</summary>
internal static class CommandText
{
    // Programs that every host has.
    private static readonly string[] Programs = ["sudo", "mkdir", "scp", "ssh", "ping", "sh", "Where-Object", "ForEach-Object"];

    /// <summary>Our cmdlets that a script calls, each with parameters that it has.</summary>
    public static void CallsOurs(Shell shell, ScriptBlockAst script)
    {
        var ours = shell.Run<CmdletInfo>("Get-Command -Module Virt").ToDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);
        var calls = Calls(script).Where(call => ours.ContainsKey(call.GetCommandName() ?? "")).ToArray();
        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.All(
            call.CommandElements.OfType<CommandParameterAst>(),
            parameter => Assert.True(ours[call.GetCommandName()].Parameters.ContainsKey(parameter.ParameterName), $"{call.GetCommandName()} -{parameter.ParameterName}")));
    }

    /// <summary>All that is called is a cmdlet of ours, with parameters that it has, or a program that every host has.</summary>
    public static void IsRunnable(Shell shell, string text)
    {
        var script = Parser.ParseInput(text, out _, out var errors);
        Assert.Empty(errors);
        var ours = shell.Run<CmdletInfo>("Get-Command -Module Virt").Select(command => command.Name).ToArray();
        var others = Calls(script).Select(call => call.GetCommandName() ?? "").Where(name => !Programs.Contains(name)).ToArray();
        Assert.All(others, name => Assert.Contains(name, ours));
        if (others.Length > 0)
        {
            CallsOurs(shell, script);
        }
        else
        {
            Assert.NotEmpty(Calls(script));
        }
    }

    private static CommandAst[] Calls(ScriptBlockAst script) => [.. script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>()];
}
