using System;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.IntegrationTests.Registries;

/// <summary>A new container's image is fetched first, where that is wanted.</summary>
public sealed class FetchFirstTests
{
    private static readonly string[] Options = ["--registry-plain-http", "127.0.0.1:5000", "--registry-mirror", "127.0.0.1:5000"];

    [Fact]
    public async Task What_is_missing_is_fetched_once_and_what_is_here_needs_no_registry()
    {
        await using var host = await TestHost.StartAsync(Options);
        string image;
        using (var registry = await LocalRegistry.StartAsync(host, asks: true))
        {
            image = $"{registry.Name}/team/app:1";
            await registry.PushAsync("team/app:1");
            Assert.Equal("ContainerImageNotFound", host.Refused(Methods.NewContainer, new NewContainer { Image = image }).Id);
            var asked = host.Refused(Methods.StartContainer, new StartContainer { Create = new NewContainer { Image = image, Pull = ContainerPull.Missing, Command = ["sleep", "600"] } });
            Assert.Equal(ErrorCode.Unauthenticated, asked.Code);
            var credential = new RegistryCredential { Registry = registry.Name, UserName = LocalRegistry.User, Password = LocalRegistry.Password };
            Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
            var started = host.Invoke(Methods.StartContainer, new StartContainer { Create = new NewContainer { Name = "one", Image = image, Pull = ContainerPull.Missing, PullCredential = credential, Command = ["sleep", "600"] } });
            Assert.Equal((ContainerState.Running, image), (started.State, started.Image));
        }

        // The registry's data are gone: nobody could fetch anything any more.
        Assert.Equal(image, host.Invoke(Methods.NewContainer, new NewContainer { Name = "two", Image = image, Pull = ContainerPull.Missing }).Image);
        Assert.Equal("starter", host.Invoke(Methods.NewContainer, new NewContainer { Name = "three", Image = "starter", Pull = ContainerPull.Missing }).Image);
        host.Refused(Methods.NewContainer, new NewContainer { Name = "four", Image = image, Pull = ContainerPull.Always });
        Assert.Equal(["one", "three", "two"], host.Invoke(Methods.GetContainer, new GetContainer()).Items.Select(static c => c.Name));
    }

    [Fact]
    public async Task Always_makes_a_container_of_what_the_registry_has_now()
    {
        await using var host = await TestHost.StartAsync(Options);
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("library/app:latest");
        host.Invoke(Methods.NewContainer, new NewContainer { Name = "one", Image = "app", Pull = ContainerPull.Missing, Command = ["sleep", "600"] });
        await registry.PushAsync("library/app:latest", ("news", 1));
        host.Invoke(Methods.NewContainer, new NewContainer { Name = "missing", Image = "app", Pull = ContainerPull.Missing, Command = ["sleep", "600"] });
        Assert.False(host.Invoke(Methods.TestContainerImage, new TestContainerImage { Names = ["app"] }).Items.Single().IsCurrent);
        host.Invoke(Methods.NewContainer, new NewContainer { Name = "always", Image = "app", Pull = ContainerPull.Always, Command = ["sleep", "600"] });
        Assert.True(host.Invoke(Methods.TestContainerImage, new TestContainerImage { Names = ["app"] }).Items.Single().IsCurrent);
        host.Invoke(Methods.StartContainer, new StartContainer { Name = "always" });
        host.Invoke(Methods.StartContainer, new StartContainer { Name = "missing" });
        Assert.Equal((0, 1), (Look("always"), Look("missing")));
        var typed = host.Refused(Methods.NewContainer, new NewContainer { Image = $"{registry.Name}/library/ap", Pull = ContainerPull.Missing });
        Assert.Equal("ImageNotFound", typed.Id);

        int? Look(string name) => host.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Name = name, Command = ["test", "-e", "/news"] }).ExitCode;
    }

    [Fact]
    public async Task WhatIf_asks_the_registry_and_fetches_nothing()
    {
        await using var host = await TestHost.StartAsync(Options);
        using var registry = await LocalRegistry.StartAsync(host);
        await registry.PushAsync("team/app:1");
        var check = new CallOptions { WhatIf = true };
        Assert.Equal("app", host.Client.Invoke(Methods.NewContainer, new NewContainer { Name = "app", Image = $"{registry.Name}/team/app:1", Pull = ContainerPull.Missing }, check).Name);
        var error = Assert.Throws<VirtException>(() => host.Client.Invoke(Methods.NewContainer, new NewContainer { Image = $"{registry.Name}/team/app:2", Pull = ContainerPull.Missing }, check));
        Assert.Equal("ImageNotFound", error.Id);
        Assert.Empty(host.Invoke(Methods.GetContainer, new GetContainer()).Items);
        Assert.DoesNotContain(host.Invoke(Methods.GetContainerImage, new GetContainerImage()).Items, static image => image.Name.Contains("team/app", StringComparison.Ordinal));
    }
}
