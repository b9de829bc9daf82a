using Virt.Agent.Patching.Apt;
using Xunit;

namespace Virt.Tests.Patching;

public sealed class DpkgListTests
{
    [Fact]
    public void What_is_installed_is_read_and_what_is_half_installed_or_only_configured_is_not()
    {
        var installed = DpkgList.Parse("libc6\tamd64\t2.36-9+deb12u14\tii \nlibc6\ti386\t2.36-9+deb12u14\tii \nheld\tall\t1\thi \nhalf\tall\t2\tiF \ngone\tall\t1\trc \nbroken\tall\t1\tiiR\n");
        Assert.Equal(3, installed.Count);
        Assert.Equal("2.36-9+deb12u14", installed["libc6:i386"]);
        Assert.Equal("1", installed["held:all"]);
    }
}
