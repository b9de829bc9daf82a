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
    [InlineData("/a:/b:z", false, VolumeRelabel.Shared)]
    [InlineData("/a:/b:Z", false, VolumeRelabel.Private)]
    [InlineData("/a:/b:ro,z", true, VolumeRelabel.Shared)]
    [InlineData("/a:/b:Z,ro", true, VolumeRelabel.Private)]
    [InlineData("/a:/b:rw,Z", false, VolumeRelabel.Private)]
    [InlineData("/a:/b", false, VolumeRelabel.None)]
    public void Whether_it_is_relabelled_is_read_as_docker_has_it(string text, bool readOnly, VolumeRelabel relabel) =>
        Assert.Equal(new ContainerVolume("/a", "/b", readOnly) { Relabel = relabel }, ContainerVolume.Parse(text, out _));

    [Theory]
    [InlineData("/a:/b:cached", "has the option 'cached', which is none: 'ro', 'rw', 'z', 'Z' and 'nocopy' are")]
    [InlineData("data:/b:r0", "has the option 'r0', which is none")]
    [InlineData("/a:/b:ro,q", "has the option 'ro,q', which is none")]
    [InlineData("z", "what has a comma needs quotes")]
    [InlineData("/a:/b:nocopy", "'nocopy' is for volumes with a name")]
    public void What_is_no_option_is_not_taken_for_a_part_of_the_place(string text, string says)
    {
        Assert.Null(ContainerVolume.Parse(text, out var cause));
        Assert.Contains(says, cause, System.StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data:/b", false)]
    [InlineData("data:/b:nocopy", true)]
    [InlineData("data:/b:ro,z,nocopy", true)]
    public void Whether_a_new_one_stays_empty_is_read_and_written(string text, bool noCopy)
    {
        var volume = ContainerVolume.Parse(text, out _)!;
        Assert.Equal((noCopy, text), (volume.NoCopy, volume.ToString()));
    }

    [Theory]
    [InlineData("/a:/b:z,Z")]
    [InlineData("/a:/b:ro,rw")]
    [InlineData("/a:z")]
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
    [InlineData("/a:/dev")]
    [InlineData("/a:/dev/null")]
    [InlineData("/a:/dev/pts/x")]
    [InlineData("/a:/dev/mqueue")]
    public void What_cannot_be_is_refused_with_a_cause(string text)
    {
        Assert.Null(ContainerVolume.Parse(text, out var cause));
        Assert.NotEmpty(cause);
    }

    [Theory]
    [InlineData("/dev/log:/dev/log")]
    [InlineData("/a:/dev/shm")]
    [InlineData("/a:/b")]
    [InlineData("/with:colon:/b:ro")]
    [InlineData("data:/b")]
    [InlineData("data:/b:ro,z")]
    [InlineData("/a:/b:Z")]
    [InlineData("/a:/b:z")]
    [InlineData("/a:/b:ro,Z")]
    [InlineData("db-1.old:/b:ro")]
    public void What_is_shown_can_be_given_again(string text) => Assert.Equal(text, $"{ContainerVolume.Parse(text, out _)}");
}
