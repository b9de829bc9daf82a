namespace Virt.Commands;

/// <summary>What is said of changes that a machine has not yet, and of how it comes to have them.</summary>
internal static class NextStart
{
    /// <summary>The words; empty: nothing waits.</summary>
    /// <param name="name">The machine.</param>
    /// <param name="state">What it is doing: one that is saved goes on from there first, and none that stands still hears that it shall shut down.</param>
    /// <param name="changes">What waits.</param>
    /// <param name="verb">Such as <c>waits</c>.</param>
    public static string Words(string name, VMState state, string[] changes, string verb = "waits") => (changes.Length, state) switch
    {
        (0, _) => "",
        (_, VMState.Saved) => $"{string.Join(", ", changes)} {verb} until it has been off, for it goes on from what was saved of it; 'Start-VM {name}; Restart-VM {name}' brings it about.",
        (_, VMState.Paused) => $"{string.Join(", ", changes)} {verb} for its next start; 'Resume-VM {name}; Restart-VM {name}' brings it about.",
        _ => $"{string.Join(", ", changes)} {verb} for its next start; Restart-VM {name} brings it about.",
    };
}
