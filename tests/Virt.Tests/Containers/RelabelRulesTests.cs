using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class RelabelRulesTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("/usr")]
    [InlineData("/var")]
    [InlineData("/var/lib")]
    [InlineData("/home")]
    [InlineData("/home" + "/ann")]
    [InlineData("/root")]
    [InlineData("/tmp")]
    [InlineData("/boot/efi")]
    [InlineData("/dev/shm")]
    [InlineData("/proc/1")]
    [InlineData("/etc/ssh/keys")]
    [InlineData("/var/lib/virt")]
    [InlineData("/var/lib/virt/volumes/x/data")]
    public void What_is_the_systems_or_the_agents_is_refused(string folder) => Assert.NotNull(RelabelRules.Refusal(folder, "/var/lib/virt"));

    [Fact]
    public void What_holds_the_agents_folder_is_refused() => Assert.NotNull(RelabelRules.Refusal("/data", "/data/virt/state"));

    [Theory]
    [InlineData("/srv/data")]
    [InlineData("/home" + "/ann/site")]
    [InlineData("/var/lib/virtual")]
    [InlineData("/var/lib/mysql")]
    [InlineData("/etc/nginx")]
    [InlineData("/opt/app")]
    [InlineData("/etcetera")]
    public void What_somebody_has_made_is_not(string folder) => Assert.Null(RelabelRules.Refusal(folder, "/var/lib/virt"));

    [Theory]
    [InlineData("/etc/passwd", true)]
    [InlineData("/usr/bin/env", true)]
    [InlineData("/vmlinuz", true)]
    [InlineData("/etc/ssh/keys", true)]
    [InlineData("/srv/site.conf", false)]
    [InlineData("/tmp/app.sock", false)]
    [InlineData("/etc/nginx/nginx.conf", false)]
    public void A_file_of_the_systems_own_folders_is_refused_too(string file, bool isRefused) => Assert.Equal(isRefused, RelabelRules.Refusal(file, "/var/lib/virt", isFolder: false) is not null);
}
