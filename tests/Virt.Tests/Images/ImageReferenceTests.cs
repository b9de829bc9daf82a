using Virt.Agent.Images;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Images;

/// <summary>What people type for an image, what a registry is asked for, and what is shown.</summary>
public sealed class ImageReferenceTests
{
    private const string Sha = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("debian", "docker.io", "library/debian", "latest", null, "debian:latest")]
    [InlineData("debian:12", "docker.io", "library/debian", "12", null, "debian:12")]
    [InlineData("docker.io/library/debian:12", "docker.io", "library/debian", "12", null, "debian:12")]
    [InlineData("index.docker.io/grafana/loki", "docker.io", "grafana/loki", "latest", null, "grafana/loki:latest")]
    [InlineData("library/a/b", "docker.io", "library/a/b", "latest", null, "library/a/b:latest")]
    [InlineData("localhost/a", "localhost", "a", "latest", null, "localhost/a:latest")]
    [InlineData("host:5000/a/b:tag@" + Sha, "host:5000", "a/b", "tag", Sha, "host:5000/a/b:tag@" + Sha)]
    [InlineData("debian@" + Sha, "docker.io", "library/debian", null, Sha, "debian@" + Sha)]
    [InlineData("[::1]:5000/a", "[::1]:5000", "a", "latest", null, "[::1]:5000/a:latest")]
    [InlineData("127.0.0.1:5000/a-b__c.d", "127.0.0.1:5000", "a-b__c.d", "latest", null, "127.0.0.1:5000/a-b__c.d:latest")]
    [InlineData("LOCAL/a", "LOCAL", "a", "latest", null, "LOCAL/a:latest")]
    public void A_name_is_read_as_Docker_reads_it(string text, string registry, string repository, string? tag, string? digest, string familiar)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal((registry, repository, tag, digest), (reference.Registry, reference.Repository, reference.Tag, reference.Digest));
        Assert.Equal(familiar, reference.Familiar);
        Assert.Equal(reference, ImageReference.Parse(reference.Full));
        Assert.Equal(reference, ImageReference.Parse(reference.Familiar));
        Assert.Equal(digest ?? tag, reference.Identifier);
    }

    [Theory]
    [InlineData("", "it names no repository", null)]
    [InlineData("host:5000/", "it names no repository", null)]
    [InlineData("Debian", "'Debian' is no repository: its parts have lower-case letters and digits, with dots, dashes and underscores between them", "Type 'debian'.")]
    [InlineData("a/../b", "'a/../b' is no repository: its parts have lower-case letters and digits, with dots, dashes and underscores between them", null)]
    [InlineData("/etc", "'/etc' is no repository: its parts have lower-case letters and digits, with dots, dashes and underscores between them", null)]
    [InlineData("debian:", "its tag '' is none; a tag has 1 to 128 letters, digits, dots, dashes and underscores, and begins with none of dot and dash", null)]
    [InlineData("debian:a b", "its tag 'a b' is none; a tag has 1 to 128 letters, digits, dots, dashes and underscores, and begins with none of dot and dash", null)]
    [InlineData("debian@sha256:12", "its digest 'sha256:12' is none; sha256: and 64 hexadecimal digits in lower case are required", null)]
    [InlineData("https://localhost/a", "an image's name has no scheme", "Type 'localhost/a'.")]
    [InlineData("-a.b/c", "'-a.b' is no host with a port", null)]
    [InlineData("debian\n", "'debian\n' is no repository: its parts have lower-case letters and digits, with dots, dashes and underscores between them", null)]
    public void What_is_no_name_is_refused_with_what_to_type(string text, string problem, string? action)
    {
        Assert.False(ImageReference.TryParse(text, out _));
        var error = Assert.Throws<VirtException>(() => ImageReference.Parse(text, "pull"));
        Assert.Equal((ErrorCode.InvalidArgument, "InvalidImageName", text), (error.Code, error.Id, error.Target));
        Assert.Equal($"Cannot pull image '{text}': {problem}.", error.Message);
        Assert.Equal(action ?? "Use a name such as 'debian:12', 'registry.example:5000/team/app:1.2' or 'debian@sha256:…'.", error.RecommendedAction);
    }

    [Fact]
    public void A_name_of_more_than_255_characters_is_refused()
    {
        Assert.Contains("255 are allowed", Assert.Throws<VirtException>(() => ImageReference.Parse("h.x/" + new string('a', 252))).Message, System.StringComparison.Ordinal);
        Assert.Equal(255, ImageReference.Parse("h.x/" + new string('a', 251)).FullRepository.Length);
    }
}
