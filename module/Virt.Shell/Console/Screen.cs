using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Internal;
using System.Security;
using Terminal = System.Console;

namespace Virt.Shell.Console;

/// <summary>Output, questions and progress on the terminal. Colours and progress only where a person looks.</summary>
internal sealed class Screen(bool interactive) : PSHostUserInterface
{
    private readonly bool plain = Terminal.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
    private readonly ProgressLine progress = new();

    public override PSHostRawUserInterface RawUI { get; } = new ScreenSize();

    public override bool SupportsVirtualTerminal => !plain;

    /// <summary>What is written now is an error.</summary>
    public bool WritesErrors { get; set; }

    /// <summary>Takes the progress line away.</summary>
    public void EndProgress() => progress.Clear();

    public override void Write(string value)
    {
        progress.Clear();
        if (WritesErrors)
        {
            Terminal.Error.Write(Terminal.IsErrorRedirected ? Plain(value) : value);
            return;
        }

        Terminal.Out.Write(plain ? Plain(value) : value);
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(Colour(foregroundColor, value));

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteErrorLine(string value)
    {
        progress.Clear();
        Terminal.Error.WriteLine(Terminal.IsErrorRedirected ? Plain(value) : Colour(ConsoleColor.Red, value));
    }

    public override void WriteWarningLine(string message) => WriteLine(Colour(ConsoleColor.Yellow, "WARNING: " + message));

    public override void WriteVerboseLine(string message) => WriteLine(Colour(ConsoleColor.Cyan, "VERBOSE: " + message));

    public override void WriteDebugLine(string message) => WriteLine(Colour(ConsoleColor.Cyan, "DEBUG: " + message));

    public override void WriteProgress(long sourceId, ProgressRecord record) => progress.Show(record);

    public override string ReadLine()
    {
        RequirePerson("an answer");
        return Terminal.ReadLine() ?? throw new PipelineStoppedException();
    }

    public override SecureString ReadLineAsSecureString() => throw new NotSupportedException("virt-shell reads no secrets.");

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw new NotSupportedException("virt-shell reads no secrets.");

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw new NotSupportedException("virt-shell reads no secrets.");

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequirePerson(string.Join(", ", descriptions.Select(field => field.Name)));
        WriteLine(caption);
        WriteLine(message);
        return descriptions.ToDictionary(field => field.Name, Ask, StringComparer.Ordinal);
    }

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequirePerson("a choice", "; -Confirm:$false answers such a question ahead");
        if (!string.IsNullOrEmpty(caption))
        {
            WriteLine(caption);
        }

        WriteLine(message);
        while (true)
        {
            var keys = choices.Select(choice => Key(choice.Label)).ToArray();
            Write(string.Join("  ", choices.Select((choice, at) => $"[{keys[at]}] {choice.Label.Replace("&", "", StringComparison.Ordinal)}"))
                + (defaultChoice >= 0 ? $" (default is {keys[defaultChoice]}): " : ": "));
            var answer = ReadLine().Trim();
            var chosen = Array.FindIndex(keys, key => key.Equals(answer, StringComparison.OrdinalIgnoreCase));
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    private PSObject Ask(FieldDescription field)
    {
        if (!field.ParameterTypeFullName.Contains("[]", StringComparison.Ordinal))
        {
            Write(field.Name + ": ");
            return ReadLine();
        }

        var values = new List<string>();
        while (true)
        {
            Write($"{field.Name}[{values.Count}]: ");
            var value = ReadLine();
            if (value.Length == 0)
            {
                return PSObject.AsPSObject(values.ToArray());
            }

            values.Add(value);
        }
    }

    private void RequirePerson(string what, string instead = "")
    {
        if (!interactive)
        {
            throw new HostException($"Cannot ask for {what}: nobody can answer here (-NonInteractive, or input is not a terminal){instead}.");
        }

        progress.Clear();
    }

    // &Yes is chosen by Y.
    private static string Key(string label)
    {
        var at = label.IndexOf('&', StringComparison.Ordinal);
        return at >= 0 && at + 1 < label.Length ? char.ToUpperInvariant(label[at + 1]).ToString() : label;
    }

    private string Colour(ConsoleColor colour, string text) => plain ? text : colour switch
    {
        ConsoleColor.Red or ConsoleColor.DarkRed => $"\u001b[31m{text}\u001b[0m",
        ConsoleColor.Green or ConsoleColor.DarkGreen => $"\u001b[32m{text}\u001b[0m",
        ConsoleColor.Yellow or ConsoleColor.DarkYellow => $"\u001b[33m{text}\u001b[0m",
        ConsoleColor.Cyan or ConsoleColor.DarkCyan => $"\u001b[36m{text}\u001b[0m",
        ConsoleColor.Gray or ConsoleColor.DarkGray => $"\u001b[90m{text}\u001b[0m",
        _ => text,
    };

    private static string Plain(string text) => new StringDecorated(text).ToString(OutputRendering.PlainText);
}
