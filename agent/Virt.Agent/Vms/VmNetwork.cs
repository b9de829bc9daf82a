using System.IO;

namespace Virt.Agent.Vms;

/// <summary>What of the host carries a guest's packets.</summary>
internal static class VmNetwork
{
    /// <summary>The kernel's own way between a guest's queues and a link.</summary>
    public const string Vhost = "/dev/vhost-net";

    /// <summary>It is to be had, and worth something: an emulated guest waits for its processor and not for its packets.</summary>
    /// <param name="accelerator"><c>kvm</c> or <c>tcg</c>.</param>
    public static bool HasVhost(string accelerator) => accelerator == "kvm" && File.Exists(Vhost);
}
