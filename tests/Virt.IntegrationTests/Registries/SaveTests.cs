using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Registries;

/// <summary>Images that umoci, buildah and skopeo have put into Debian's docker-registry come from there.</summary>
public sealed class SaveTests
{
    private static readonly string[] Options = ["--registry-plain-http", "127.0.0.1:5000", "--registry-mirror", "127.0.0.1:5000"];

    [Fact]
    public async Task An_image_of_umoci_comes_from_a_registry_and_from_a_mirror_of_docker_io()
    {
        await using var host = await TestHost.StartAsync(Options);
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("team/app:1", ("data", 3));
        await registry.PushAsync("library/debian:12");
        var saved = host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = $"{registry.Name}/team/app:1" });
        Assert.Equal($"{registry.Name}/team/app:1", saved.Name);
        Assert.Equal("debian:12", host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = "debian:12" }).Name);
        var error = host.Refused(Methods.SaveContainerImage, new SaveContainerImage { Name = $"{registry.Name}/team/app:l" });
        Assert.Equal((ErrorCode.NotFound, "ImageNotFound", $"Save-ContainerImage {registry.Name}/team/app:1"), (error.Code, error.Id, error.RecommendedAction));
        Assert.True(host.Invoke(Methods.TestContainerImage, new TestContainerImage { Names = ["debian:12"] }).Items.Single().IsCurrent);
        await registry.PushAsync("library/debian:12", ("news", 1));
        var test = host.Invoke(Methods.TestContainerImage, new TestContainerImage()).Items.Single(static item => item.Name == "debian:12");
        Assert.False(test.IsCurrent);
        Assert.Equal(await registry.DigestOfAsync("library/debian:12"), test.NewestDigest);
        host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = test.Name });
        Assert.True(host.Invoke(Methods.TestContainerImage, new TestContainerImage { Names = ["deb*"] }).Items.Single().IsCurrent);
        Assert.Equal("ContainerImageNotFound", Assert.Single(host.Invoke(Methods.TestContainerImage, new TestContainerImage { Names = ["debain:12"] }).Errors).Id);
    }

    [Fact]
    public async Task Of_several_platforms_of_buildah_that_of_the_host_comes()
    {
        await using var host = await TestHost.StartAsync(Options);
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("team/one:1");
        await registry.PushAsync("team/two:1", ("more", 1));
        await registry.BuildahAsync("manifest", "create", "both");
        await registry.BuildahAsync("manifest", "add", "--tls-verify=false", "--os", "linux", "--arch", "s390x", "both", $"docker://{registry.Name}/team/one:1");
        await registry.BuildahAsync("manifest", "add", "--tls-verify=false", "--os", "linux", "--arch", Own, "both", $"docker://{registry.Name}/team/two:1");
        await registry.BuildahAsync("manifest", "push", "--tls-verify=false", "--all", "both", $"docker://{registry.Name}/team/both:1");
        host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = $"{registry.Name}/team/both:1" });
        Assert.True(host.Invoke(Methods.TestContainerImage, new TestContainerImage()).Items.Single().IsCurrent);
        var error = host.Refused(Methods.SaveContainerImage, new SaveContainerImage { Name = $"{registry.Name}/team/both:1", Platform = "linux/riscv64" });
        Assert.Equal(("PlatformMissing", $"it is for linux/s390x, linux/{Own}; linux/riscv64 is required."), (error.Id, error.Message[error.Message.IndexOf("it is", StringComparison.Ordinal)..]));
        host.Invoke(Methods.SaveContainerImage, new SaveContainerImage { Name = $"{registry.Name}/team/one:1" });
    }

    [Fact]
    public async Task A_registry_that_asks_gets_a_password_and_nobody_keeps_it()
    {
        await using var host = await TestHost.StartAsync(Options);
        using var registry = await LocalRegistry.StartAsync(host, asks: true);
        await registry.PushAsync("team/app:1");
        var request = new SaveContainerImage { Name = $"{registry.Name}/team/app:1" };
        var denied = host.Refused(Methods.SaveContainerImage, request);
        Assert.Equal((ErrorCode.Unauthenticated, "RegistryDenied"), (denied.Code, denied.Id));
        var wrong = host.Refused(Methods.SaveContainerImage, request with { Credential = new RegistryCredential { UserName = LocalRegistry.User, Password = "wr0ng" } });
        Assert.Contains("does not accept the credentials of 'ann'", wrong.Message, StringComparison.Ordinal);
        host.Invoke(Methods.SaveContainerImage, request with { Credential = new RegistryCredential { UserName = LocalRegistry.User, Password = LocalRegistry.Password } });
        await host.StopAgentAsync();
        Assert.All(Directory.EnumerateFiles(host.StateFolder, "*", SearchOption.AllDirectories).Append(Path.Combine(host.Folder, "log")), static file =>
            Assert.DoesNotContain(LocalRegistry.Password, File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal));
    }

    private static string Own => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "amd64" : "arm64";
}
