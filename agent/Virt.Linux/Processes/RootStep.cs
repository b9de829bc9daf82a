using System.Collections.Generic;
using Microsoft.Win32.SafeHandles;
using Virt.Linux.Mounts;

namespace Virt.Linux.Processes;

/// <summary>
/// One thing that a new process does inside its new root, before it becomes the program. Paths are absolute in that root; the folder
/// or file that something is mounted on may not be reached through a symbolic link (ELOOP).
/// </summary>
public sealed record RootStep
{
    private RootStep(RootStepKind kind, string path)
    {
        Kind = kind;
        Path = path;
    }

    /// <summary>What is done.</summary>
    public RootStepKind Kind { get; }

    /// <summary>Where.</summary>
    public string Path { get; }

    /// <summary>What is missing is skipped.</summary>
    public bool Optional { get; init; }

    /// <summary>
    /// The mount is made before the old root is left. The kernel lets the root of a user namespace have a /proc or /sys only while it sees the host's whole one
    /// (mount_too_revealing of fs/namespace.c).
    /// </summary>
    public bool Early { get; init; }

    /// <summary>For <see cref="RootStepKind.Mount"/>: the folder is made with its parents where it is missing; links inside the root are followed, and none leads out of it.</summary>
    public bool Inside { get; init; }

    /// <summary>The file system's type, for <see cref="RootStepKind.Mount"/>.</summary>
    public string? Type { get; private init; }

    /// <summary>The link's target, the bound path, or the file's text.</summary>
    public string? Source { get; private init; }

    /// <summary>Mount options; an empty value sets a flag.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Options { get; private init; } = [];

    /// <summary>Attributes of the mount.</summary>
    public MountAttributes Attributes { get; private init; }

    /// <summary>File type and permissions, as for mknod(2).</summary>
    public uint Mode { get; private init; }

    /// <summary>The device's number, as for mknod(2).</summary>
    public uint Device { get; private init; }

    /// <summary>The detached mount to attach, or the gate; whoever launches keeps it open until then.</summary>
    public SafeFileHandle? Tree { get; private init; }

    /// <summary>Mounts a new file system.</summary>
    /// <param name="path">Where.</param>
    /// <param name="type">Such as <c>tmpfs</c>.</param>
    /// <param name="attributes">Of the mount.</param>
    /// <param name="options">Of the file system, <c>key=value</c> or <c>flag</c>.</param>
    public static RootStep Mount(string path, string type, MountAttributes attributes, params string[] options)
    {
        var pairs = new KeyValuePair<string, string>[options.Length];
        for (var i = 0; i < options.Length; i++)
        {
            var at = options[i].IndexOf('=');
            pairs[i] = at < 0 ? new(options[i], "") : new(options[i][..at], options[i][(at + 1)..]);
        }
        return new RootStep(RootStepKind.Mount, path) { Type = type, Attributes = attributes, Options = pairs };
    }

    /// <summary>The same step; what it mounts shows all its files with an SELinux label (<c>context=</c> of mount(8)).</summary>
    /// <param name="label">The label; null: as the file system has it.</param>
    public RootStep Labelled(string? label) => label is null ? this : this with { Options = [.. Options, new("context", label)] };

    /// <summary>Gives the root of what was mounted just now an SELinux label of its own.</summary>
    public static RootStep Label(string path, string label) => new(RootStepKind.Label, path) { Source = label };

    /// <summary>Makes a folder; one that is there stays as it is.</summary>
    public static RootStep Folder(string path, uint mode) => new(RootStepKind.Folder, path) { Mode = mode };

    /// <summary>Makes a character device node.</summary>
    public static RootStep CharacterDevice(string path, uint permissions, uint major, uint minor) =>
        new(RootStepKind.Node, path) { Mode = 0x2000 | permissions, Device = (minor & 0xFF) | (major << 8) | ((minor & ~0xFFu) << 12) };

    /// <summary>Shows a device of the host at a file, which is made where it is missing: in a user namespace nobody can make device nodes.</summary>
    /// <param name="path">Where.</param>
    /// <param name="device">The host's device node.</param>
    public static RootStep HostDevice(string path, string device) => new(RootStepKind.Device, path) { Source = device };

    /// <summary>Shows a file of the host at a path whose folder is there, with the host's owner and permissions.</summary>
    /// <param name="path">Where.</param>
    /// <param name="file">The host's.</param>
    public static RootStep HostFile(string path, string file) => HostDevice(path, file);

    /// <summary>The same with a mount over the node alone, which whoever launches has made.</summary>
    public static RootStep HostDevice(string path, SafeFileHandle tree) => new(RootStepKind.Device, path) { Tree = tree };

    /// <summary>Writes a kernel setting.</summary>
    /// <param name="path">Below /proc/sys.</param>
    /// <param name="value">What it is to be.</param>
    public static RootStep Setting(string path, string value) => new(RootStepKind.File, path) { Source = value };

    /// <summary>Makes a symbolic link.</summary>
    public static RootStep Link(string path, string target) => new(RootStepKind.Link, path) { Source = target };

    /// <summary>Attaches a detached mount.</summary>
    public static RootStep Attach(string path, SafeFileHandle tree) => new(RootStepKind.Attach, path) { Tree = tree };

    /// <summary>Attaches a detached mount at a folder, or where it is over no folder at a file, which is made with its parents where it is missing. Links inside the root are followed, and none leads out of it.</summary>
    public static RootStep Volume(string path, SafeFileHandle tree) => new(RootStepKind.Volume, path) { Tree = tree, Mode = 0x1ED /* 0755 */ };

    /// <summary>Offers the process's network namespace over a <see cref="Netlink.NetworkGate"/>; /proc must be mounted by then.</summary>
    public static RootStep OfferNetwork(SafeFileHandle gate) => new(RootStepKind.OfferNetwork, "network") { Tree = gate };

    /// <summary>Waits until the gate is opened.</summary>
    public static RootStep AwaitNetwork(SafeFileHandle gate) => new(RootStepKind.AwaitNetwork, "network") { Tree = gate };

    /// <summary>Shows one path of the root at another, with what is mounted below it.</summary>
    public static RootStep Bind(string path, string source, MountAttributes attributes = MountAttributes.None) =>
        new(RootStepKind.Bind, path) { Source = source, Attributes = attributes };

    /// <summary>Holds a copy of a path as it is now, with what is mounted below it, for <see cref="Give"/>: what is mounted later is not in it.</summary>
    public static RootStep Take(string source) => new(RootStepKind.Take, source) { Source = source };

    /// <summary>Shows at a path what was held.</summary>
    public static RootStep Give(string path) => new(RootStepKind.Give, path);

    /// <summary>Adds attributes to the mount at a path.</summary>
    public static RootStep SetAttributes(string path, MountAttributes attributes) => new(RootStepKind.SetAttributes, path) { Attributes = attributes };

    /// <summary>Makes a path and what is mounted below it read-only; nothing where it is missing.</summary>
    public static RootStep ReadOnly(string path) => new(RootStepKind.ReadOnly, path) { Optional = true };

    /// <summary>Hides a path: an empty folder over a folder, /dev/null over a file; nothing where it is missing.</summary>
    /// <param name="path">Which.</param>
    /// <param name="label">The SELinux label of the empty folder; null: it has none of its own.</param>
    public static RootStep Mask(string path, string? label = null) =>
        new(RootStepKind.Mask, path) { Optional = true, Options = label is null ? [] : [new("size", "0"), new("context", label)] };

    /// <summary>Writes a text file; nothing where its folder is missing.</summary>
    public static RootStep File(string path, string text, uint mode) => new(RootStepKind.File, path) { Source = text, Mode = mode, Optional = true };
}
