using System;
using System.IO;
using System.Linq;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class VmTpmTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("vm-tpm").FullName;

    private string Folder => Path.Combine(root, "tpm");

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_state_that_is_written_is_read_and_replaces_all_that_was_there()
    {
        Assert.Null(VmTpm.Read(Folder));
        VmTpm.Write(Folder, [1, 2, 3]);
        File.WriteAllText(Path.Combine(Folder, "tpm2-00.volatilestate"), "old");
        Assert.Equal([1, 2, 3], VmTpm.Read(Folder));
        VmTpm.Write(Folder, [4]);
        Assert.Equal(VmTpm.StateFile(Folder), Assert.Single(Directory.EnumerateFileSystemEntries(Folder)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(VmTpm.StateFile(Folder)));
        VmTpm.Write(Folder, null);
        Assert.False(Directory.Exists(Folder));
        Assert.Null(VmTpm.Read(Folder));
    }

    [Fact]
    public void What_swtpm_could_have_put_there_instead_of_a_state_is_not_believed()
    {
        Directory.CreateDirectory(Folder);
        var outside = Path.Combine(root, "secret");
        File.WriteAllText(outside, "secret");
        File.CreateSymbolicLink(VmTpm.StateFile(Folder), outside);
        Assert.Null(VmTpm.Read(Folder));
        VmTpm.Write(Folder, [1]);
        Assert.Equal("secret", File.ReadAllText(outside));
        File.Delete(VmTpm.StateFile(Folder));
        Directory.CreateDirectory(VmTpm.StateFile(Folder));
        Assert.ThrowsAny<IOException>(() => VmTpm.Read(Folder));
        VmTpm.Write(Folder, null);
        Directory.CreateDirectory(Folder);
        using (var file = File.Create(VmTpm.StateFile(Folder)))
        {
            file.SetLength(1L << 30);
        }

        Assert.Throws<IOException>(() => VmTpm.Read(Folder));
    }

    [Fact]
    public void A_machines_swtpm_has_an_id_of_its_own()
    {
        var ids = Enumerable.Range(0, 100).Select(static _ => Guid.NewGuid()).ToList();
        Assert.Equal(200, ids.Concat(ids.Select(VmTpm.IdOf)).Distinct().Count());
        Assert.Contains($"file=-,prefix={ids[0]:D}", VmTpm.ArgumentsOf(ids[0]));
    }
}
