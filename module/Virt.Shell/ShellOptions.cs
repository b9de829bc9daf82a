using System.Linq;

namespace Virt.Shell;

/// <summary>The command line, as far as pwsh's is needed.</summary>
internal sealed record ShellOptions
{
    public const string Usage = """
        usage: virt-shell [-NoLogo] [-NoProfile] [-NonInteractive] [-NoExit] [-Command <script> | -File <path> [<argument> ...]]
        The module Virt is imported from the folder in VIRT_MODULE, else from the folder Virt or module/Virt beside this program.
        """;

    /// <summary>Script text to run; null: none.</summary>
    public string? Command { get; private init; }

    /// <summary>Script file to run; null: none.</summary>
    public string? File { get; private init; }

    /// <summary>What the script file gets.</summary>
    public string[] Arguments { get; private init; } = [];

    /// <summary>A question is an error.</summary>
    public bool NonInteractive { get; private init; }

    /// <summary>Stay when the command has ended.</summary>
    public bool NoExit { get; private init; }

    /// <summary>Say nothing at the start.</summary>
    public bool NoLogo { get; private init; }

    /// <summary>What is wrong with the command line; null: nothing.</summary>
    public string? Problem { get; private init; }

    /// <summary>Reads the command line.</summary>
    public static ShellOptions Parse(string[] args)
    {
        var options = new ShellOptions();
        for (var at = 0; at < args.Length; at++)
        {
            var rest = args.Skip(at + 1).ToArray();
            switch (args[at].TrimStart('-').ToUpperInvariant())
            {
                case "NOLOGO":
                    options = options with { NoLogo = true };
                    break;
                case "NOPROFILE" or "NOP":
                    // There is no profile.
                    break;
                case "NONINTERACTIVE" or "NONI":
                    options = options with { NonInteractive = true };
                    break;
                case "NOEXIT" or "NOE":
                    options = options with { NoExit = true };
                    break;
                case "COMMAND" or "C" when rest.Length > 0:
                    return options with { Command = string.Join(' ', rest) };
                case "FILE" or "F" when rest.Length > 0:
                    return options with { File = rest[0], Arguments = rest[1..] };
                default:
                    return args[at].StartsWith('-')
                        ? options with { Problem = $"Cannot understand '{args[at]}'{(rest.Length == 0 ? ", or a value after it is missing" : "")}." }
                        : options with { File = args[at], Arguments = rest };
            }
        }

        return options;
    }
}
