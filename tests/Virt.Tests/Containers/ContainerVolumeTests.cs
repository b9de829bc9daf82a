using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerVolumeTests
{
    [Theory]
    [InlineData("/a:/b", "/a", "/b", false)]
    [InlineData("/a/:/b/", "/a", "/b", false)]
    [InlineData("/a:/b:ro", "/a", "/b", true)]
    [InlineData("/a:/b:rw", "/a", "/b", false)]
    [InlineData("/with:colon:/b", "/with:colon", "/b", false)]
    [InlineData("/:/host", "/", "/host", false)]
    [InlineData("/a:/ro:ro", "/a", "/ro", true)]
    public void What_a_user_writes_is_read(string text, string source, string target, bool readOnly) =>
        Assert.Equal(new ContainerVolume(source, target, readOnly), ContainerVolume.Parse(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("/a:b")]
    [InlineData("a/c:/b")]
    [InlineData(".a:/b")]
    [InlineData("/a:/")]
    [InlineData("/a:/:ro")]
    [InlineData("/a/../b:/c")]
    [InlineData("/a:/b/..")]
    [InlineData("/a:/proc")]
    [InlineData("/a:/sys/fs")]
    [InlineData("/a:/dev/shm")]
    public void What_cannot_be_is_refused_with_a_cause(string text)
    {
        Assert.Null(ContainerVolume.Parse(text, out var cause));
        Assert.NotEmpty(cause);
    }

    [Theory]
    [InlineData("/a:/b")]
    [InlineData("/with:colon:/b:ro")]
    [InlineData("data:/b")]
    [InlineData("db-1.old:/b:ro")]
    public void What_is_shown_can_be_given_again(string text) => Assert.Equal(text, $"{ContainerVolume.Parse(text, out _)}");
}
