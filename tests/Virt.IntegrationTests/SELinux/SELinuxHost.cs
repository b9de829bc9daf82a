using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Packaging;
using Virt.IntegrationTests.SystemdGuest;
using Virt.Linux.Files;
using Virt.Linux.Security;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.SELinux;

/// <summary>A host whose kernel enforces SELinux: a guest of its own with two policies, one that knows nothing of containers and one that does, booted once.</summary>
public sealed class SELinuxHost : IAsyncLifetime
{
    private string loaded = "";

    internal SystemdHost Guest { get; } = new("security=selinux selinux=1", AddPolicies);

    public ValueTask InitializeAsync() => Guest.InitializeAsync();

    public ValueTask DisposeAsync() => Guest.DisposeAsync();

    /// <summary>Gives the kernel a policy, unless it has it already, which is enforced from then on, and has the agent look.</summary>
    internal async Task LoadAsync(string policy)
    {
        if (loaded != policy)
        {
            await Guest.RunAsync($"cat /media/selinux/{policy} >/sys/fs/selinux/load; echo 1 >/sys/fs/selinux/enforce; systemctl restart virt-agent.service");
            loaded = policy;
        }
    }

    private static void AddPolicies(string folder)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, "selinux")).FullName;
        var categories = Path.Combine(place, "categories.cil");
        var names = Enumerable.Range(0, 1024).Select(static n => $"c{n}").ToList();
        File.WriteAllText(categories, string.Concat(names.Select(static name => $"(category {name})\n")) + $"(categoryorder ({string.Join(' ', names)}))\n");
        // That one is a disk that can only be read, as an image's may be: whoever made it has labelled it.
        using (var system = FileHandles.OpenFolder(Path.Combine(folder, "containers", "debian-system", "rootfs")))
        {
            FileLabel.SetTree(system, "system_u:object_r:container_ro_file_t:s0");
        }

        Compile("plain", "host.cil");
        Compile("containers", "host.cil", "containers.cil");

        // In the form of the guest's kernel, which is Linux 6.1 or newer.
        void Compile(string name, params string[] parts) => ProgramRun.Output0(
            "secilc",
            ["--policyvers=33", "--output=" + Path.Combine(place, name), "--filecontext=/dev/null", .. parts.Select(static part => RepositoryRoot.File("tests", "Virt.IntegrationTests", "SELinux", part)), categories]);
    }
}
