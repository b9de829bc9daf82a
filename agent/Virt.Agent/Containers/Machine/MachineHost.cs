using System.Collections.Generic;
using System.Runtime.InteropServices;
using Virt.Agent.Hosts;
using Virt.Protocol;

namespace Virt.Agent.Containers.Machine;

/// <summary>What of the host decides how a container's own virtual machine is started.</summary>
/// <param name="architecture">The host's, and so the guest's.</param>
/// <param name="accelerator"><c>kvm</c> or <c>tcg</c>.</param>
/// <param name="images">Folders of images, one of which has the guest's kernel.</param>
public sealed class MachineHost(Architecture architecture, string accelerator, IReadOnlyList<string> images)
{
    /// <summary>The host's architecture.</summary>
    public Architecture Architecture => architecture;

    /// <summary><c>kvm</c> or <c>tcg</c>.</summary>
    public string Accelerator => accelerator;

    /// <summary>What it takes.</summary>
    /// <param name="verb">What is to be done with the container.</param>
    /// <param name="name">Its name.</param>
    /// <exception cref="VirtException">NotSupported: something is missing.</exception>
    public MachineParts Require(string verb, string name)
    {
        var parts = MachineParts.Find("/", Programs.Find(QemuVersion.Program), architecture, images);
        return parts.Missing is not { } missing
            ? parts
            : throw new VirtException(ErrorCode.NotSupported, missing.Id, $"Cannot {verb} container '{name}': it is to be in a virtual machine of its own, and {missing.Cause}.", name, missing.Action);
    }
}
