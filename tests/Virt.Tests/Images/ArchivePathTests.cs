using System;
using System.IO;
using Virt.Agent.Images.Archives;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Images;

public sealed class ArchivePathTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-archive-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("a.tar.gz", "a-3.tar.gz")]
    [InlineData("a", "a-2")]
    public void Where_something_lies_another_name_is_recommended_and_nothing_is_to_be_deleted(string name, string other)
    {
        File.WriteAllText(Path.Combine(folder, name), "");
        File.WriteAllText(Path.Combine(folder, "a-2.tar.gz"), "");
        var error = Assert.Throws<VirtException>(() => ArchivePath.CheckFree("VM", "web01", Path.Combine(folder, name)));
        Assert.Equal($"Export-VM 'web01' -Path '{Path.Combine(folder, other)}'", error.RecommendedAction);
    }
}
