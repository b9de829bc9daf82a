using System;
using System.IO;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Containers.Escapes;

/// <summary>Published ways out of runc, Docker and LXC that an image, or a request, tries while a container is started (docs/security.md).</summary>
public sealed class StartEscapes
{
    /// <summary>CVE-2015-3629, CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: a link in the image where the kernel's files belong.</summary>
    [Theory]
    [InlineData("proc", "/etc")]
    [InlineData("proc", "../../../../../..")]
    [InlineData("sys", "/tmp")]
    [InlineData("dev", "/proc/self/fd")]
    public async Task A_link_where_proc_sys_or_dev_belongs_is_refused(string path, string target)
    {
        await using var host = await TestHost.StartAsync();
        using var image = new HostileImage(host).Link(path, target);
        var error = host.Refused(Methods.StartContainer, new StartContainer { Create = HostileImage.Script("true", "evil") });
        Assert.StartsWith($"Cannot start container 'evil': its RootStep could not be set up at '/{path}'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>CVE-2025-31133, CVE-2025-52565: /dev/null, by which files are masked, or /dev/console is a link of the image to what shall be had instead.</summary>
    [Fact]
    public async Task Devices_are_the_kernels_whatever_the_image_has_in_their_place()
    {
        await using var host = await TestHost.StartAsync();
        using var image = new HostileImage(host);
        foreach (var name in new[] { "null", "console", "ptmx", "pts", "shm" })
        {
            image.Link("dev/" + name, "/proc/sys/kernel/core_pattern");
        }

        var container = host.RunToEnd(HostileImage.Script("stat -c '%F %t:%T' /dev/null /proc/keys | sort -u; ls /dev/console 2>&1; cat /proc/kcore 2>/dev/null | wc -c; stat -c %F /dev/pts /dev/shm"));
        Assert.Equal(["character special file 1:3", "ls: /dev/console: No such file or directory", "0", "directory", "directory"], host.Log(container));
    }

    /// <summary>CVE-2024-21626 and, for what is left open, CVE-2015-3627 and CVE-2016-8649: a working folder, or a file, behind a descriptor that leads to the host.</summary>
    [Fact]
    public async Task No_descriptor_leads_out_and_none_is_a_working_folder()
    {
        await using var host = await TestHost.StartAsync();
        var container = host.Run(ContainerHost.Script("exec sleep 1000"));
        for (var fd = 0; fd < 24; fd++)
        {
            var folder = $"/proc/self/fd/{fd}";
            Assert.Equal("WorkingDirectoryNotUsable", host.Refused(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = ["pwd"], WorkingDirectory = folder }).Id);
        }

        foreach (var fd in new[] { 3, 5, 7, 8, 9, 12 })
        {
            var error = host.Refused(Methods.StartContainer, new StartContainer { Create = ContainerHost.Script("pwd", $"evil{fd}") with { WorkingDirectory = $"/proc/self/fd/{fd}" } });
            Assert.True(error.Id is "WorkingDirectoryNotUsable" or "ContainerLaunchFailed", error.Message);
        }

        Assert.Equal("pipe pipe null \n", host.Exec(container, "for f in 1 2 0; do readlink /proc/self/fd/$f | sed 's/:.*//; s,.*/,,'; done | tr '\\n' ' '; echo; ls /proc/1/fd | wc -w | grep -v 3").Output);
    }

    /// <summary>CVE-2019-5736, CVE-2020-14298: a program that is a link to /proc/self/exe executes the runtime, which is then written over.</summary>
    [Fact]
    public async Task The_agents_own_program_cannot_be_reached_through_proc_self_exe()
    {
        await using var host = await TestHost.StartAsync();
        var program = TestHost.AgentProgram;
        var before = SHA256.HashData(await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken));
        using var image = new HostileImage(host).Link("bin/evil", "/proc/self/exe").Write("bin/script", "#!/proc/self/exe\n");
        File.SetUnixFileMode(Path.Combine(image.Root, "bin", "script"), (UnixFileMode)0x1ED);
        var container = host.Run(HostileImage.Script("while :; do for p in /proc/[0-9]*; do (echo broken >$p/exe) 2>/dev/null && echo written; done; sleep 0.01; done"));
        for (var i = 0; i < 10; i++)
        {
            foreach (var name in new[] { "/bin/evil", "/bin/script" })
            {
                var error = Record.Exception(() => host.Invoke(Methods.InvokeContainerCommand, new InvokeContainerCommand { Id = container.Id, Command = [name] }));
                Assert.True(error is null or VirtException, $"{error}");
            }
        }

        Assert.Empty(host.Log(container));
        Assert.Equal(before, SHA256.HashData(await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken)));
    }

    /// <summary>CVE-2015-3631, CVE-2019-16884, CVE-2025-52881: a volume or a tmpfs over what the kernel shows.</summary>
    [Theory]
    [InlineData("/proc")]
    [InlineData("/proc/self/attr")]
    [InlineData("/proc/sys")]
    [InlineData("/sys/fs/cgroup")]
    [InlineData("/dev")]
    public async Task Nothing_is_laid_over_the_kernels_files(string place)
    {
        await using var host = await TestHost.StartAsync();
        Assert.Equal("InvalidVolume", host.Refused(Methods.NewContainer, ContainerHost.Script("true") with { Volumes = [$"/tmp:{place}"] }).Id);
        Assert.Equal("InvalidTmpfs", host.Refused(Methods.NewContainer, ContainerHost.Script("true") with { Tmpfs = [place] }).Id);
    }

    /// <summary>CVE-2015-1335, CVE-2021-30465, CVE-2024-45310: the place of a volume is a link, or becomes one while it is mounted.</summary>
    [Fact]
    public async Task A_volumes_place_that_changes_into_a_link_meanwhile_leads_nowhere_out()
    {
        await using var host = await TestHost.StartAsync();
        var shared = Directory.CreateDirectory(Path.Combine(host.Folder, "shared")).FullName;
        var data = Directory.CreateDirectory(Path.Combine(host.Folder, "data")).FullName;
        var outside = Directory.CreateDirectory(Path.Combine(host.Folder, "outside")).FullName;
        var swapper = host.Run(ContainerHost.Script($"cd /s; while :; do mkdir -p a/b; rm -rf a; ln -s ../../../../../../..{outside} a; rm a; done 2>/dev/null") with { Volumes = [$"{shared}:/s"] });
        for (var i = 0; i < 15; i++)
        {
            var request = ContainerHost.Script("exec sleep 1000") with { Volumes = [$"{shared}:/s", $"{data}:/s/a/b"] };
            try
            {
                var victim = host.Run(request);
                host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = victim.Id, Force = true });
            }
            catch (VirtException e)
            {
                Assert.Equal("ContainerLaunchFailed", e.Id);
            }
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = swapper.Id, Force = true });
        foreach (var folder in new[] { shared, data, outside })
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>CVE-2016-3697: a user whose name is a number and who is root.</summary>
    [Fact]
    public async Task A_number_is_a_users_id_and_never_his_name()
    {
        await using var host = await TestHost.StartAsync();
        using var image = new HostileImage(host).Write("etc/passwd", "1000:x:0:0:root:/root:/bin/sh\n");
        Assert.Equal(["1000"], host.Log(host.RunToEnd(HostileImage.Script("id -u") with { User = "1000" })));
    }

    /// <summary>CVE-2014-6408: an image that asks for other confinement than its user.</summary>
    [Fact]
    public async Task An_image_cannot_ask_for_rights()
    {
        await using var host = await TestHost.StartAsync();
        using var image = new HostileImage(host, """{ "command": ["/bin/sh"], "privileged": true, "securityOpt": ["label:disable"], "capabilities": ["ALL"], "userNamespace": "Host" }""");
        Assert.Equal(["00000000a80425fb", "2"], host.Log(host.RunToEnd(HostileImage.Script("grep -E '^(CapBnd|Seccomp:)' /proc/self/status | cut -f2"))));
    }

    /// <summary>CVE-2014-9358: an image's name that is a path.</summary>
    [Theory]
    [InlineData("../../etc")]
    [InlineData("/etc")]
    [InlineData("starter/../starter")]
    public async Task An_images_name_is_no_path(string name)
    {
        await using var host = await TestHost.StartAsync();
        var error = host.Refused(Methods.NewContainer, ContainerHost.Script("true") with { Image = name });
        Assert.Contains(error.Code, new[] { ErrorCode.NotFound, ErrorCode.InvalidArgument });
    }

    /// <summary>CVE-2022-0811: a second setting of the kernel in the value, or in the name, of one that is allowed.</summary>
    [Fact]
    public async Task A_setting_smuggles_no_other_one_in()
    {
        await using var host = await TestHost.StartAsync();
        var before = await File.ReadAllTextAsync("/proc/sys/kernel/core_pattern", TestContext.Current.CancellationToken);
        foreach (var (key, value) in new[] { ("net.core.somaxconn", "1+kernel.core_pattern=|/evil"), ("net.core.somaxconn", "1\nkernel.core_pattern=|/evil"), ("net.x/../../kernel/core_pattern", "|/evil"), ("kernel.shm_rmid_forced=1+kernel.core_pattern", "|/evil") })
        {
            Assert.ThrowsAny<VirtException>(() => host.Run(ContainerHost.Script("true") with { Sysctls = new() { [key] = value } }));
        }

        Assert.Equal(before, await File.ReadAllTextAsync("/proc/sys/kernel/core_pattern", TestContext.Current.CancellationToken));
    }
}
