using System.Linq;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class GuestPackagesTests
{
    [Fact]
    public void They_come_by_name_and_what_is_no_package_is_left_out()
    {
        var packages = GuestPackages.Parse("zlib1g\t1:1.2.13\n\nbash\t5.2.15-2+b7\nsh: not found\n\tversion\nname\t\na\tb\tc\n");
        Assert.Equal(["bash 5.2.15-2+b7", "zlib1g 1:1.2.13"], packages.Select(static package => package.ToString()));
        Assert.Empty(GuestPackages.Parse(""));
    }
}
