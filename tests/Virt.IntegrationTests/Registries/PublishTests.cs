using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Images;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Registries;

/// <summary>What is published is read by skopeo and podman, and only what the registry has not is sent.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task What_is_published_is_read_by_skopeo_and_podman_and_is_sent_once()
    {
        await using var host = await TestHost.StartAsync("--registry-plain-http", "127.0.0.1:5000", "--registry-plain-http", "127.0.0.1:5001");
        using var registry = await LocalRegistry.StartAsync(host);
        using var other = await LocalRegistry.StartAsync(host, 5001, asks: true);
        await registry.PushAsync("team/app:1", ("data", 20));
        var credential = new RegistryCredential { UserName = LocalRegistry.User, Password = LocalRegistry.Password };
        var name = $"{registry.Name}/team/app:1";
        host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = name });

        // To another registry all is sent, a second time nothing is.
        var request = new PublishContainerImage { Name = name, Destination = $"{other.Name}/mine/app:2", Credential = credential };
        var sent = host.Invoke(Methods.PublishContainerImage, request);
        Assert.Equal((sent.SizeBytes, await registry.DigestOfAsync("team/app:1")), (sent.SentBytes, sent.Digest));
        Assert.InRange(sent.SizeBytes, 20 << 20, 60 << 20);
        Assert.Equal(0, host.Invoke(Methods.PublishContainerImage, request).SentBytes);
        Assert.Equal(sent.Digest, await other.DigestOfAsync("mine/app:2"));
        await other.ReadAsync("mine/app:2");
        await other.PodmanAsync("pull", "--tls-verify=false", "--creds", $"{LocalRegistry.User}:{LocalRegistry.Password}", $"{other.Name}/mine/app:2");
        Assert.Contains("MADE_BY=umoci", await other.PodmanAsync("image", "inspect", "--format", "{{.Config.Env}}", $"{other.Name}/mine/app:2"), System.StringComparison.Ordinal);

        // To another repository of the same registry it is mounted.
        Assert.Equal(0, host.Invoke(Methods.PublishContainerImage, request with { Destination = $"{registry.Name}/other/app:1", Credential = null }).SentBytes);
        await registry.ReadAsync("other/app:1");
        Assert.Equal((0, 0), (registry.OpenUploads, other.OpenUploads));

        Assert.Equal("RegistryDenied", host.Refused(Methods.PublishContainerImage, request with { Credential = null }).Id);
        Assert.Equal("ContainerImageNotFound", host.Refused(Methods.PublishContainerImage, request with { Name = "nothing:1" }).Id);
        Assert.Equal("InvalidImageName", host.Refused(Methods.PublishContainerImage, request with { Destination = $"{other.Name}/a@{sent.Digest}" }).Id);
    }

    [Fact]
    public async Task One_that_is_a_folder_is_published_as_one_layer()
    {
        await using var host = await TestHost.StartAsync("--registry-plain-http", "127.0.0.1:5000");
        using var registry = await LocalRegistry.StartAsync(host);
        var sent = host.Invoke(Methods.PublishContainerImage, new PublishContainerImage { Name = "starter", Destination = $"{registry.Name}/team/starter:1" });
        Assert.Equal(await registry.DigestOfAsync("team/starter:1"), sent.Digest);
        await registry.ReadAsync("team/starter:1");
        Assert.Equal((0, 0), (host.Stored().Layers.Count, host.Stored().Blobs.Count));
    }

    [Fact]
    public async Task An_image_that_buildah_made_in_the_form_of_docker_is_passed_on_as_it_is()
    {
        await using var host = await TestHost.StartAsync("--registry-plain-http", "127.0.0.1:5000");
        using var registry = await LocalRegistry.StartAsync(host);
        var container = (await registry.BuildahAsync("from", "scratch")).Trim();
        await registry.BuildahAsync("copy", container, Virt.Tests.RepositoryRoot.File("out", "images", "containers", "starter", "rootfs"), "/");
        await registry.BuildahAsync("config", "--cmd", "sh", container);
        await registry.BuildahAsync("commit", "--format", "docker", container, "local/made:1");
        await registry.BuildahAsync("push", "--tls-verify=false", "local/made:1", $"docker://{registry.Name}/team/made:1");
        host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = $"{registry.Name}/team/made:1" });
        var sent = host.Invoke(Methods.PublishContainerImage, new PublishContainerImage { Name = $"{registry.Name}/team/made:1", Destination = $"{registry.Name}/copy/made:2" });
        Assert.Equal(await registry.DigestOfAsync("team/made:1"), sent.Digest);
        Assert.Equal(sent.Digest, await registry.DigestOfAsync("copy/made:2"));
        await registry.PodmanAsync("pull", "--tls-verify=false", $"{registry.Name}/copy/made:2");

        // Compressed by zstd it is another image there, in OCI's form, and the same one each time; here nothing of it is left.
        var blobs = host.Stored().Blobs.Count;
        var zstd = new PublishContainerImage { Name = $"{registry.Name}/team/made:1", Destination = $"{registry.Name}/zstd/made:3", Compression = ContainerImageCompression.Zstd };
        var other = host.Invoke(Methods.PublishContainerImage, zstd);
        Assert.Equal((other.Digest, blobs), (await registry.DigestOfAsync("zstd/made:3"), host.Stored().Blobs.Count));
        Assert.NotEqual(sent.Digest, other.Digest);
        Assert.Equal(0, host.Invoke(Methods.PublishContainerImage, zstd).SentBytes);
        Assert.Contains("vnd.oci.image.layer.v1.tar\\u002Bzstd", await host.RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{registry.Name}/zstd/made:3"), System.StringComparison.Ordinal);
        await registry.PodmanAsync("pull", "--tls-verify=false", $"{registry.Name}/zstd/made:3");
        Assert.Single(host.Invoke(Methods.TestContainerImage, new TestContainerImage()).Items, static item => item.IsCurrent);
    }
}
