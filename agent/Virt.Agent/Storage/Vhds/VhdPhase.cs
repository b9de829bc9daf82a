namespace Virt.Agent.Storage.Vhds;

/// <summary>How far work on a disk image has come; written before the step that it names.</summary>
internal enum VhdPhase
{
    /// <summary>A new file is being written beside its place. Undone by an agent after this one.</summary>
    Making = 0,

    /// <summary>The new file is whole and goes to its place. Finished by an agent after this one.</summary>
    Placing = 1,

    /// <summary>The image is changed where it is. The tool that does so is waited for by an agent after this one.</summary>
    Changing = 2,

    /// <summary>The image is written into one below it. Done again by an agent after this one, which gives the same.</summary>
    Merging = 3,
}
