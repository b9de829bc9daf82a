using System;
using System.IO;
using Virt.Agent.Common;

namespace Virt.Agent.Vms;

/// <summary>Where a machine's files stand. Disks stand beside, so that they can outlive their machine.</summary>
/// <param name="State">What must outlive a reboot.</param>
/// <param name="Run">What belongs to one run.</param>
public sealed record VmFolder(string State, string Run)
{
    /// <summary>QEMU's monitor.</summary>
    public string QmpSocket => Path.Combine(Run, "qmp");

    /// <summary>The channel to the guest agent.</summary>
    public string GuestAgentSocket => Path.Combine(Run, "qga");

    /// <summary>The channel to the agent inside.</summary>
    public string AgentSocket => Path.Combine(Run, "agent");

    /// <summary>Where the serial console is typed at.</summary>
    public string ConsoleSocket => Path.Combine(Run, "console");

    /// <summary>Where the screen is shown over VNC.</summary>
    public string VncSocket => Path.Combine(Run, "vnc");

    /// <summary>What QEMU writes to standard error.</summary>
    public string ErrorFile => Path.Combine(Run, "stderr");

    /// <summary>The image that the guest finds its seed on.</summary>
    public string SeedFile => Path.Combine(Run, "seed.iso");

    /// <summary>How QEMU ended, from the keeper.</summary>
    public string ExitFile => Path.Combine(Run, "exit");

    /// <summary>The disk that an installer finds its answers on.</summary>
    public string AnswerFile => Path.Combine(State, "answers.iso");

    /// <summary>The UEFI variables.</summary>
    public string NvramFile => Path.Combine(State, "nvram.fd");

    /// <summary>The state of its TPM, the one folder that its swtpm sees.</summary>
    public string TpmFolder => Path.Combine(State, "tpm");

    /// <summary>The memory and the devices of a machine that was saved; root's alone.</summary>
    public string SavedFile => Path.Combine(State, "saved");

    /// <summary>What a checkpoint keeps beside its layer of the disk; root's alone, for it holds the guest's memory.</summary>
    /// <param name="id">The checkpoint.</param>
    public string CheckpointFolder(Guid id) => Path.Combine(State, "checkpoints", id.ToString("N"));

    /// <summary>The memory and the devices of a checkpoint's guest, as QEMU writes them.</summary>
    public string MemoryFile(Guid id) => Path.Combine(CheckpointFolder(id), "memory");

    /// <summary>A checkpoint's UEFI variables.</summary>
    public string NvramFileOf(Guid id) => Path.Combine(CheckpointFolder(id), "nvram.fd");

    /// <summary>The state of a checkpoint's TPM.</summary>
    public string TpmFileOf(Guid id) => Path.Combine(CheckpointFolder(id), "tpm");

    /// <summary>Where a machine's files stand under the agent's folders. Its id keeps the paths short: a socket's path has 107 characters at most.</summary>
    public static VmFolder Of(AgentPaths paths, Guid id) =>
        new(Path.Combine(paths.State, "vms", id.ToString("N")), Path.Combine(paths.Run, "vms", id.ToString("N")));

    /// <summary>Where disks are made that nobody gave a path.</summary>
    public static string DiskFolder(AgentPaths paths) => Path.Combine(paths.State, "disks");
}
