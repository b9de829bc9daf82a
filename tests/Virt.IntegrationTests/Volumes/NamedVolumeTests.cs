using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.IntegrationTests.Images;
using Virt.Protocol;
using Xunit;

namespace Virt.IntegrationTests.Volumes;

/// <summary>Volumes: what containers have of them, their checkpoints, and what is left after the agent's death.</summary>
public sealed class NamedVolumeTests
{
    [Fact]
    public async Task A_volume_outlives_its_containers_and_is_not_removed_while_one_has_it()
    {
        await using var host = await TestHost.StartAsync();
        var volume = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data", Labels = { ["team"] = "blue" } });
        var first = host.RunToEnd(ContainerHost.Script("echo first >/srv/f", "first") with { Volumes = ["data:/srv"] });
        Assert.Equal(["data:/srv"], first.Volumes);
        Assert.Equal("first\n", await File.ReadAllTextAsync(Path.Combine(volume.Path, "f"), TestContext.Current.CancellationToken));
        await host.KillAgentAsync();
        await host.StartAgentAsync();
        var error = host.Refused(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "DATA" });
        Assert.Equal((ErrorCode.WrongState, "VolumeInUse", "Cannot remove volume 'data': container 'first' has it."), (error.Code, error.Id, error.Message));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = first.Id });
        var second = host.Run(ContainerHost.Script("exec sleep 1000", "second") with { Volumes = ["data:/data:ro"] });
        Assert.Equal("first\ntouch: /data/x: Read-only file system\n", host.Exec(second, "cat /data/f; touch /data/x 2>&1").Output);
        Assert.Equal(["second"], host.Invoke(Methods.GetVirtVolume, new GetVirtVolume { Ids = [volume.Id] }).Items.Single().UsedBy);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = second.Id, Force = true });
        host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Id = volume.Id });
        Assert.False(Directory.Exists(volume.Path));
        var missing = host.Refused(Methods.NewContainer, ContainerHost.Script("exit 0", "x") with { Volumes = ["data:/data"] });
        Assert.Equal("Cannot create container 'x': there is no volume 'data'.", missing.Message);
    }

    [Fact]
    public async Task It_is_said_how_much_one_holds_where_that_is_asked()
    {
        await using var host = await TestHost.StartAsync();
        var volume = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        Assert.Null(host.Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items.Single().SizeBytes);
        Assert.Equal(0, Size());
        host.RunToEnd(ContainerHost.Script("mkdir /srv/d; head -c 70000 /dev/zero >/srv/d/f; ln /srv/d/f /srv/g; ln -s f /srv/s; echo 12345 >/srv/h") with { Volumes = ["data:/srv"] });
        Assert.Equal(70006, Size());
        host.Invoke(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "data" });
        Assert.Equal(70006, Size());

        long? Size() => host.Invoke(Methods.GetVirtVolume, new GetVirtVolume { Names = ["DATA"], IncludeSize = true }).Items.Single(one => one.Id == volume.Id).SizeBytes;
    }

    [Fact]
    public async Task While_one_is_exported_of_which_nothing_is_left()
    {
        await using var host = await TestHost.StartAsync();
        var volume = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "data" });
        await File.WriteAllTextAsync(Path.Combine(volume.Path, "f"), "x", TestContext.Current.CancellationToken);
        var request = new ExportVirtVolume { Name = "data", Path = Path.Combine(host.Files, "data.tar") };
        await host.KillAtAsync("volume.export.filled", client => client.Invoke(Methods.ExportVirtVolume, request));
        Assert.Empty(Directory.EnumerateFileSystemEntries(host.Files));
        host.Invoke(Methods.ExportVirtVolume, request);
        Assert.Equal([request.Path], Directory.EnumerateFileSystemEntries(host.Files));
    }

    [Fact]
    public async Task A_volume_is_taken_back_to_a_checkpoint_copied_and_carried_in_an_archive()
    {
        await using var host = await TestHost.StartAsync();
        var volume = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "db" });
        var container = host.Run(ContainerHost.Script("exec sleep 1000", "web") with { Volumes = ["db:/srv"] });
        host.Exec(container, "cd /srv; echo one >f; ln f hard; ln -s f soft; chown 5:6 f; chmod 4750 f; mkfifo p");
        var shown = host.Invoke(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "db" });
        Assert.Equal("checkpoint-1", Assert.Single(shown.Checkpoints).Name);
        host.Exec(container, "cd /srv; echo two >f; rm soft; touch more");
        Assert.Equal("VolumeInUse", host.Refused(Methods.RestoreVirtVolume, new RestoreVirtVolume { Name = "db", CheckpointName = "checkpoint-1" }).Id);
        host.Invoke(Methods.CopyVirtVolume, new CopyVirtVolume { Name = "db", NewName = "now" });
        host.Invoke(Methods.CopyVirtVolume, new CopyVirtVolume { Name = "db", NewName = "then", CheckpointName = "CHECKPOINT-1" });
        host.Invoke(Methods.StopContainer, new StopContainer { Id = container.Id, TurnOff = true });
        host.Invoke(Methods.RestoreVirtVolume, new RestoreVirtVolume { Name = "db", CheckpointName = "checkpoint-1" });
        host.Invoke(Methods.StartContainer, new StartContainer { Id = container.Id });
        const string Listing = "cd /srv; cat f; ls; stat -c '%a %u %g %h' f; readlink soft";
        Assert.Equal("one\nf\nhard\np\nsoft\n4750 5 6 2\nf\n", host.Exec(container, Listing).Output);
        var archive = Path.Combine(host.Folder, "db.tar.gz");
        host.Invoke(Methods.ExportVirtVolume, new ExportVirtVolume { Name = "then", Path = archive });
        Assert.Equal("ArchiveExists", host.Refused(Methods.ExportVirtVolume, new ExportVirtVolume { Name = "then", Path = archive }).Id);
        Assert.Equal("ArchiveFormUnknown", host.Refused(Methods.ExportVirtVolume, new ExportVirtVolume { Name = "then", Path = Path.Combine(host.Folder, "db.zip") }).Id);
        host.Invoke(Methods.ImportVirtVolume, new ImportVirtVolume { Name = "back", Path = archive });
        var reader = host.Run(ContainerHost.Script("exec sleep 1000") with { Volumes = ["back:/srv", "now:/now:ro"] });
        Assert.Equal("one\nf\nhard\np\nsoft\n4750 5 6 2\nf\n", host.Exec(reader, Listing).Output);
        Assert.Equal("two\n", host.Exec(reader, "cat /now/f").Output);
        Assert.Equal("VolumeCheckpointNotFound", host.Refused(Methods.RestoreVirtVolume, new RestoreVirtVolume { Name = "now", CheckpointName = "x" }).Id);
        host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "db", CheckpointName = "checkpoint-1" });
        Assert.Empty(Directory.GetDirectories(Path.Combine(Path.GetDirectoryName(volume.Path)!, "checkpoints")));
        File.Delete(archive);
    }

    [Fact]
    public async Task A_new_volume_gets_what_the_image_has_at_its_place_once()
    {
        await using var host = await TestHost.StartAsync();
        MakeOwn(host);
        foreach (var name in new[] { "fresh", "nocopy", "full", "elsewhere", "live", "bind" })
        {
            host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = name });
        }

        const string Look = "cd /data; stat -c '%u %g %a' . sub sub/f; cat sub/f; readlink l; ls";
        const string Whole = "1000 1000 2750\n1000 1000 700\n1000 1000 4640\nfrom the image\nsub/f\nl\nsub\n";
        var full = host.Invoke(Methods.GetVirtVolume, new GetVirtVolume { Names = ["full"] }).Items.Single().Path;
        File.WriteAllText(Path.Combine(full, "mine"), "x");
        var container = Own("fresh:/data", "first");
        Assert.Equal(Whole, host.Exec(container, Look).Output);
        Assert.Equal("", host.Exec(container, "rm -r /data/sub; echo later >/data/later", new InvokeContainerCommand { User = "1000" }).Error);

        // Used before: not a second time, whatever is left of it.
        host.Exec(container, "rm -r /data/l /data/later");
        Assert.Equal("0\n", host.Exec(Own("fresh:/data"), "ls /data | wc -l").Output);
        Assert.Equal("0 0 755\n0\n", host.Exec(Own("nocopy:/data:nocopy"), "stat -c '%u %g %a' /data; ls /data | wc -l").Output);
        Assert.Equal("0\n", host.Exec(Own("nocopy:/data"), "ls /data | wc -l").Output);
        Assert.Equal("mine\n", host.Exec(Own("full:/data"), "ls /data").Output);
        Assert.Equal("0\n", host.Exec(Own("elsewhere:/none"), "ls /none | wc -l").Output);
        var folder = Directory.CreateDirectory(Path.Combine(host.Files, "folder")).FullName;
        Assert.Equal("0\n", host.Exec(Own(folder + ":/data"), "ls /data | wc -l").Output);

        // While it runs, and with the host's ids.
        var changed = host.Invoke(Methods.SetContainer, new SetContainer { Id = container.Id, Volumes = ["live:/data:ro"] });
        Assert.Equal((container.ProcessId, Whole), (changed.ProcessId, host.Exec(container, Look).Output));
        Assert.Equal(Whole, host.Exec(host.Run(new NewContainer { Image = "own:1", Command = ["sleep", "1000"], Volumes = ["bind:/data"], UserNamespace = ContainerUserNamespace.Host }), Look).Output);

        Container Own(string volume, string? name = null) => host.Run(new NewContainer { Name = name, Image = "own:1", Command = ["sleep", "1000"], User = "0", Volumes = [volume] });
    }

    [Theory]
    [InlineData("volume.restore.filled")]
    [InlineData("volume.restore.written")]
    [InlineData("volume.restore.moved")]
    [InlineData("volume.restore.placed")]
    public async Task After_a_kill_at_its_first_use_a_volume_holds_all_that_the_image_has_or_nothing(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=kill";
        await host.StartAgentAsync();
        MakeOwn(host);
        var volume = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "fresh" });
        var request = new NewContainer { Name = "first", Image = "own:1", Command = ["sleep", "1000"], User = "0", Volumes = ["fresh:/data"] };
        Assert.Throws<VirtException>(() => host.Run(request));
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        Assert.Equal("data", Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(volume.Path)!))));
        Assert.Equal(point == "volume.restore.filled" ? 0 : 2, Directory.GetFileSystemEntries(volume.Path).Length);
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "first", Force = true });
        Assert.Equal("from the image\n1000 1000 2750\n", host.Exec(host.Run(request), "cat /data/sub/f; stat -c '%u %g %a' /data").Output);
    }

    [Fact]
    public async Task On_a_full_disk_a_new_volume_stays_new()
    {
        await using var host = await TestHost.MakeAsync();
        var volumes = Directory.CreateDirectory(Path.Combine(host.StateFolder, "volumes")).FullName;
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", volumes);
        await host.StartAgentAsync();
        MakeOwn(host, "head -c 2000000 /dev/urandom >/data/big");
        var made = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "fresh" });
        var request = new NewContainer { Name = "first", Image = "own:1", Command = ["sleep", "1000"], User = "0", Volumes = ["fresh:/data"] };
        var error = Assert.Throws<VirtException>(() => host.Run(request));
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (error.Code, error.Id));
        Assert.Equal("data\n", await host.RunAsync("ls", "-A", Path.GetDirectoryName(made.Path)!));
        Assert.Equal("", await host.RunAsync("ls", "-A", made.Path));
        await host.RunAsync("mount", "-o", "remount,size=8m", volumes);
        host.Invoke(Methods.StartContainer, new StartContainer { Name = "first" });
        Assert.Equal("big\nl\nsub\n", await host.RunAsync("ls", "-A", made.Path));
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "first", Force = true });
        host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "fresh" });
        await host.StopAgentAsync();
        await host.RunAsync("umount", volumes);
    }

    // An image of two layers: the upper one brings the folder /data, which is not root's.
    private static void MakeOwn(TestHost host, string more = "true")
    {
        host.New("base:1", ImageBench.StarterRoot);
        var draft = host.Run(new NewContainer { Image = "base:1", Command = ["sleep", "600"], Name = "draft" });
        Assert.Equal("", host.Exec(draft, $"mkdir -p /data/sub && echo from the image >/data/sub/f && ln -s sub/f /data/l && {more} && chown -R 1000:1000 /data && chmod 2750 /data && chmod 700 /data/sub && chmod 4640 /data/sub/f").Error);
        host.Invoke(Methods.NewContainerImage, new NewContainerImage { Name = "own:1", Container = "draft" });
        host.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = "draft", Force = true });
    }

    [Theory]
    [InlineData("mkfs.xfs -q -m reflink=1", VirtVolumeCheckpointMethod.CopyOnWrite)]
    [InlineData("mkfs.btrfs -q", VirtVolumeCheckpointMethod.CopyOnWrite)]
    [InlineData("mkfs.ext4 -q", VirtVolumeCheckpointMethod.Copy)]
    public async Task A_checkpoint_says_whether_it_shares_its_blocks_with_the_volume(string make, VirtVolumeCheckpointMethod method)
    {
        await using var host = await TestHost.MakeAsync();
        Directory.CreateDirectory(host.StateFolder);
        var image = Path.Combine(host.Folder, "disk");
        await host.RunAsync("sh", "-c", $"truncate -s 400M {image} && {make} {image} && mkdir -p {host.StateFolder}/volumes && mount -o loop {image} {host.StateFolder}/volumes");
        await host.StartAgentAsync();
        host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "db" });
        var shown = host.Invoke(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "db", CheckpointName = "a" });
        Assert.Equal(method, Assert.Single(shown.Checkpoints).Method);
        host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "db" });
        await host.StopAgentAsync();
        await host.RunAsync("umount", Path.Combine(host.StateFolder, "volumes"));
        File.Delete(image);
    }

    [Fact]
    public async Task On_a_full_disk_a_checkpoint_a_copy_and_a_return_fail_and_leave_what_was_there()
    {
        await using var host = await TestHost.MakeAsync();
        var volumes = Directory.CreateDirectory(Path.Combine(host.StateFolder, "volumes")).FullName;
        await host.RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "none", volumes);
        await host.StartAgentAsync();
        var made = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "db" });
        await host.RunAsync("dd", "if=/dev/urandom", $"of={made.Path}/f", "bs=1M", "count=1", "status=none");
        host.Invoke(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "db", CheckpointName = "a" });
        await host.RunAsync("dd", "if=/dev/urandom", $"of={made.Path}/g", "bs=1M", "count=1", "status=none");
        var error = host.Refused(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "db", CheckpointName = "b" });
        Assert.Equal((ErrorCode.ResourceExhausted, "DiskFull"), (error.Code, error.Id));
        Assert.Equal("DiskFull", host.Refused(Methods.CopyVirtVolume, new CopyVirtVolume { Name = "db", NewName = "copy" }).Id);
        await host.RunAsync("dd", "if=/dev/urandom", $"of={made.Path}/h", "bs=512K", "count=1", "status=none");
        Assert.Equal("DiskFull", host.Refused(Methods.RestoreVirtVolume, new RestoreVirtVolume { Name = "db", CheckpointName = "a" }).Id);
        var left = Assert.Single(host.Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items);
        Assert.Equal("a", Assert.Single(left.Checkpoints).Name);
        Assert.Equal("f\ng\nh\n", await host.RunAsync("ls", made.Path));
        Assert.Equal(["checkpoints", "data"], (await host.RunAsync("ls", Path.GetDirectoryName(made.Path)!)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Single((await host.RunAsync("ls", volumes)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "db" });
        await host.StopAgentAsync();
        await host.RunAsync("umount", volumes);
    }

    [Theory]
    [InlineData("volume.new.written")]
    [InlineData("volume.new.filled")]
    [InlineData("volume.checkpoint.filled")]
    [InlineData("volume.restore.filled")]
    [InlineData("volume.restore.written")]
    [InlineData("volume.restore.moved")]
    [InlineData("volume.restore.placed")]
    [InlineData("volume.remove.written")]
    public async Task After_a_kill_at_any_step_a_volume_holds_the_one_or_the_other(string point)
    {
        await using var host = await TestHost.MakeAsync();
        host.Faults = point + "=kill";
        await host.StartAgentAsync();
        Assert.Throws<VirtException>(() =>
        {
            var made = host.Invoke(Methods.NewVirtVolume, new NewVirtVolume { Name = "db" });
            File.WriteAllText(Path.Combine(made.Path, "f"), "old");
            host.Invoke(Methods.CheckpointVirtVolume, new CheckpointVirtVolume { Name = "db", CheckpointName = "a" });
            File.WriteAllText(Path.Combine(made.Path, "f"), "new");
            host.Invoke(Methods.RestoreVirtVolume, new RestoreVirtVolume { Name = "db", CheckpointName = "a" });
            host.Invoke(Methods.RemoveVirtVolume, new RemoveVirtVolume { Name = "db" });
        });
        await host.EndedByFaultAsync();
        host.Faults = "";
        await host.StartAgentAsync();
        var found = host.Invoke(Methods.GetVirtVolume, new GetVirtVolume()).Items;
        if (point.StartsWith("volume.new", StringComparison.Ordinal) || point.StartsWith("volume.remove", StringComparison.Ordinal))
        {
            Assert.Empty(found);
            return;
        }

        var volume = Assert.Single(found);
        var holds = point switch
        {
            "volume.checkpoint.filled" => "old",
            "volume.restore.filled" => "new",
            _ => "old",
        };
        Assert.Equal(holds, await File.ReadAllTextAsync(Path.Combine(volume.Path, "f"), TestContext.Current.CancellationToken));
        Assert.Equal(point == "volume.checkpoint.filled" ? 0 : 1, volume.Checkpoints.Length);
        Assert.Equal(["checkpoints", "data"], Directory.GetDirectories(Path.GetDirectoryName(volume.Path)!).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal));
    }
}
