using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerUserTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:44:Web:/var/www:/bin/false\r\nbroken:x:33\nbad:x:ten:1::/:/\n";
    private const string Group = "root:x:0:\nweb:x:44:\naudio:x:29:web,root\nvideo:x:30:web\n";

    [Theory]
    [InlineData("web", 33u, 44u, "29 30", "/var/www")]
    [InlineData("33", 33u, 44u, "29 30", "/var/www")]
    [InlineData("web:audio", 33u, 29u, "", "/var/www")]
    [InlineData("web:7", 33u, 7u, "", "/var/www")]
    [InlineData("1234", 1234u, 0u, "", "/")]
    [InlineData("1234:5", 1234u, 5u, "", "/")]
    [InlineData("root", 0u, 0u, "29", "/root")]
    public void A_user_is_found_by_name_or_number(string user, uint uid, uint gid, string groups, string home)
    {
        var found = ContainerUser.Find(user, Passwd, Group, out _)!;
        Assert.Equal((uid, gid, groups, home), (found.UserId, found.GroupId, string.Join(' ', found.Groups), found.Home));
    }

    [Theory]
    [InlineData("ghost", "the image's /etc/passwd has no user 'ghost'")]
    [InlineData("web:ghosts", "the image's /etc/group has no group 'ghosts'")]
    [InlineData("-1", "the image's /etc/passwd has no user '-1'")]
    [InlineData("4294967295", "the image's /etc/passwd has no user '4294967295'")]
    [InlineData("bad", "the image's /etc/passwd has no user 'bad'")]
    public void One_that_is_missing_is_named(string user, string cause)
    {
        Assert.Null(ContainerUser.Find(user, Passwd, Group, out var told));
        Assert.Equal(cause, told);
    }

    [Fact]
    public void Without_account_files_numbers_still_work() => Assert.Equal(7u, ContainerUser.Find("7", "", "", out _)!.UserId);
}
