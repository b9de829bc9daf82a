using System;
using System.Collections.Generic;
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
        var ours = Ours(shell);
        var calls = Calls(script).Where(call => ours.ContainsKey(NameOf(call))).ToArray();
        Assert.NotEmpty(calls);
        Assert.All(calls, call => HasItsParameters(ours[NameOf(call)], call));
    }

    /// <summary>All that is called is a cmdlet of ours, with parameters that it has, or a program that every host has.</summary>
    public static void IsRunnable(Shell shell, string text)
    {
        var script = Parser.ParseInput(text, out _, out var errors);
        Assert.Empty(errors);
        var ours = Ours(shell);
        var calls = Calls(script);
        Assert.NotEmpty(calls);
        Assert.All(calls.Where(call => !Programs.Contains(NameOf(call))), call =>
        {
            Assert.Contains(NameOf(call), ours.Keys.ToArray());
            HasItsParameters(ours[NameOf(call)], call);
        });
    }

    private static void HasItsParameters(CmdletInfo cmdlet, CommandAst call) => Assert.All(
        call.CommandElements.OfType<CommandParameterAst>(),
        parameter => Assert.True(cmdlet.Parameters.ContainsKey(parameter.ParameterName), $"{cmdlet.Name} -{parameter.ParameterName}"));

    private static Dictionary<string, CmdletInfo> Ours(Shell shell) => shell.Run<CmdletInfo>("Get-Command -Module Virt").ToDictionary(command => command.Name, StringComparer.OrdinalIgnoreCase);

    private static CommandAst[] Calls(ScriptBlockAst script) => [.. script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>()];

    private static string NameOf(CommandAst call) => call.GetCommandName() ?? "";
}
