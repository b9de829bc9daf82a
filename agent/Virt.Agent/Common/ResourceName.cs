using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Common;

/// <summary>The rules that names of VMs and containers follow, and the errors around them.</summary>
public static class ResourceName
{
    /// <summary>Refuses a name that could not be a host name or a folder.</summary>
    /// <param name="verb">What was to be done, such as <c>create</c>.</param>
    /// <param name="kind"><c>VM</c>, <c>container</c>, <c>network</c> or <c>volume</c>.</param>
    /// <param name="name">What the user typed.</param>
    /// <param name="of">What is renamed or copied, where the name is another one's than that of what the verb is about; null: it is its own.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void Check(string verb, string kind, string name, string? of = null)
    {
        if (name.Length is 0 or > 64)
        {
            throw Bad(verb, kind, name, of, $"{(of is null ? "its name" : "the new name")} has {name.Length} characters; 1 to 64 are allowed");
        }

        if (!char.IsAsciiLetterOrDigit(name[0]) || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')))
        {
            throw Bad(verb, kind, name, of, $"{(of is null ? "" : $"'{name}' is no name: ")}a name begins with a letter or digit and goes on with letters, digits, dots, dashes and underscores");
        }
    }

    /// <summary>The error for a literal name that does not exist, with the nearest name that does.</summary>
    public static VirtException NotFound(string verb, string kind, string name, IEnumerable<string> names)
    {
        var nearest = NearestName.Of(name, names);
        var noun = Noun(kind);
        return new VirtException(
            ErrorCode.NotFound,
            ErrorId(noun, "NotFound"),
            nearest is null
                ? $"Cannot {verb} {kind} '{name}': no {kind} has that name."
                : $"Cannot {verb} {kind} '{name}': no {kind} has that name; did you mean '{nearest}'?",
            target: name,
            action: nearest is null ? $"Get-{noun}" : $"Get-{noun} -Name {nearest}");
    }

    /// <summary>The error for an id that does not exist any more.</summary>
    /// <param name="verb">What was to be done, such as <c>stop</c>.</param>
    /// <param name="kind">As <see cref="Check"/> has it.</param>
    /// <param name="name">What it was called, as far as the caller knows; empty: unknown.</param>
    /// <param name="id">What it was asked for by.</param>
    public static VirtException Gone(string verb, string kind, string name, Guid id)
    {
        var noun = Noun(kind);
        var shown = name.Length > 0 ? name : id.ToString();
        return new VirtException(
            ErrorCode.NotFound,
            ErrorId(noun, "NotFound"),
            $"Cannot {verb} {kind} '{shown}': it does not exist any more (no {kind} has the id {id}).",
            target: shown,
            action: $"Get-{noun}");
    }

    /// <summary>The errors for what a list was asked for and does not have. A pattern may match nothing.</summary>
    /// <param name="kind">As <see cref="Check"/> has it.</param>
    /// <param name="names">Names and patterns that were asked for.</param>
    /// <param name="ids">Ids that were asked for.</param>
    /// <param name="all">All that there are.</param>
    public static ErrorInfo[] Missing(string kind, IEnumerable<string> names, IEnumerable<Guid> ids, IReadOnlyCollection<(Guid Id, string Name)> all) =>
    [
        .. names.Where(name => !NamePattern.IsPattern(name) && !all.Any(one => NamePattern.Matches(name, one.Name))).Select(name => NotFound("get", kind, name, all.Select(static one => one.Name)).ToInfo()),
        .. ids.Where(id => all.All(one => one.Id != id)).Select(id => Gone("get", kind, "", id).ToInfo()),
    ];

    /// <summary>The error for a name that is taken.</summary>
    /// <param name="verb">What was to be done.</param>
    /// <param name="kind">Of what.</param>
    /// <param name="name">By which name.</param>
    /// <param name="action">What to type instead; null: what shows the other one.</param>
    /// <param name="of">What is renamed or copied; null: it would have got the name as its first.</param>
    public static VirtException Taken(string verb, string kind, string name, string? action = null, string? of = null)
    {
        var noun = Noun(kind);
        return new VirtException(
            ErrorCode.AlreadyExists,
            ErrorId(noun, "AlreadyExists"),
            of is null ? $"Cannot {verb} {kind} '{name}': a {kind} of that name exists already." : $"Cannot {verb} {kind} '{of}': a {kind} named '{name}' exists already.",
            target: name,
            action: action ?? $"Get-{noun} -Name {name}");
    }

    /// <summary>The noun of a kind's cmdlets, such as <c>VirtNetwork</c>.</summary>
    internal static string Noun(string kind) => kind switch
    {
        "VM" => "VM",
        "network" => "VirtNetwork",
        "volume" => "VirtVolume",
        _ => "Container",
    };

    // The prefix tells cmdlets of different modules apart; errors are ours alone.
    private static string ErrorId(string noun, string what) => noun.Replace("Virt", "", StringComparison.Ordinal) + what;

    private static VirtException Bad(string verb, string kind, string name, string? of, string why) =>
        new(ErrorCode.InvalidArgument, "InvalidName", $"Cannot {verb} {kind} '{of ?? name}': {why}.", target: name, action: $"Use a name such as 'web01'.");
}
