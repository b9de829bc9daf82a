using System;
using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>A container whose settings are looked at: one that is to be made, or one that is to be changed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsChange">It is there already.</param>
internal readonly record struct CheckedContainer(string Name, bool IsChange)
{
    private const string Making = "New-Container";

    // What it has for its life: whoever wants it otherwise makes another one.
    private static readonly string[] ForLife = ["-Isolation", "-System", "-UserNamespace"];

    // Switches of New-Container that Set-Container takes with a value, since it can take them away too.
    private static readonly string[] Flags = ["-RemoveOnExit", "-ReadOnly", "-Privileged", "-AllowNewPrivileges", "-Init"];

    /// <summary>What is to be done with it.</summary>
    public string Verb => IsChange ? "change" : "create";

    /// <summary>What to type instead.</summary>
    /// <param name="making">That of a container that is to be made.</param>
    public string Action(string making) =>
        IsChange && making.StartsWith(Making, StringComparison.Ordinal) && !ForLife.Any(making.Contains) ? $"Set-Container {Name}{Flags.Aggregate(making[Making.Length..] + " ", static (text, flag) => text.Replace($" {flag} ", $" {flag} $true ", StringComparison.Ordinal)).TrimEnd()}" : making;
}
