using System;
using System.Collections.Generic;
using System.Linq;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class CheckpointTreeTests
{
    private static readonly VmDiskLayer Image = new("/images/debian.qcow2", "qcow2");
    private static readonly HashSet<string> None = [];
    private static readonly Guid Data = Guid.NewGuid();
    private readonly List<CheckpointEntry> all = [];

    [Fact]
    public void The_chain_goes_from_a_checkpoint_down_to_the_image()
    {
        var a = Add("a", null);
        var b = Add("b", a);
        Add("c", a);
        Assert.Equal(["/b", "/a", Image.Path], CheckpointTree.Chain(all, b, Guid.Empty).Select(static l => l.Path));
        Assert.Empty(CheckpointTree.Chain(all, null, Guid.Empty));
        Assert.Equal([true, true, false], CheckpointTree.Chain(all, b, Guid.Empty).Select(static l => l.IsOwn));
    }

    [Fact]
    public void A_disk_that_is_merged_already_has_one_layer_less_than_the_others()
    {
        var a = Add("a", null);
        var b = Add("b", a, CheckpointPhase.Hidden);
        var c = Add("c", b);
        var (hidden, above) = (all[1], all[2]);
        Assert.Equal((above, above), (CheckpointTree.Above(all, hidden, Data), CheckpointTree.Above(all, hidden, Guid.Empty)));

        // What stood on it has its file, then it knows nothing of it any more.
        all[2] = Changed(above, above.Spec.WithDisk(Data, above.Spec.DiskOf(Data)! with { Layer = hidden.Spec.DiskOf(Data)!.Layer }));
        Assert.Equal(["/data-b", "/data-a"], CheckpointTree.Chain(all, c, Data).Select(static l => l.Path));
        all[1] = Changed(hidden, hidden.Spec.WithDisk(Data, null));
        Assert.Equal(["/data-b", "/data-a"], CheckpointTree.Chain(all, c, Data).Select(static l => l.Path));
        Assert.Equal(["/c", "/b", "/a", Image.Path], CheckpointTree.Chain(all, c, Guid.Empty).Select(static l => l.Path));

        // The same where two in a row are half merged.
        Assert.Equal(c, CheckpointTree.Above(all, all[0], Data)!.Id);
        Assert.Equal(b, CheckpointTree.Above(all, all[0], Guid.Empty)!.Id);
        Assert.Null(CheckpointTree.Above(all, all[2], Data));

        static CheckpointEntry Changed(CheckpointEntry entry, VmCheckpointSpec spec) => new(CheckpointEntry.NewRow(entry.Id, entry.Phase, spec));
    }

    [Fact]
    public void Those_that_the_user_knows_of_are_counted_down_to_the_oldest()
    {
        var a = Add("a", null);
        var b = Add("b", a, CheckpointPhase.Hidden);
        var c = Add("c", b);
        Add("d", a);
        Assert.Equal([c, a], CheckpointTree.VisibleBelow(all, c).Select(static e => e.Id));
        Assert.Equal([a], CheckpointTree.VisibleBelow(all, b).Select(static e => e.Id));
        Assert.Empty(CheckpointTree.VisibleBelow(all, null));
    }

    [Fact]
    public void A_hidden_one_with_two_on_it_stays()
    {
        var a = Add("a", null, CheckpointPhase.Hidden);
        var b = Add("b", a);
        Assert.Null(CheckpointTree.NextMerge(all, a, None));
        Assert.Equal((a, b, false), Merge(b));
    }

    [Fact]
    public void A_hidden_one_below_the_machine_alone_takes_the_machines_disk()
    {
        var a = Add("a", null, CheckpointPhase.Hidden);
        Assert.Equal((a, null, false), Merge(a));
    }

    [Fact]
    public void A_hidden_one_with_nothing_on_it_goes()
    {
        var a = Add("a", null);
        var b = Add("b", a, CheckpointPhase.Hidden);
        Assert.Equal((b, null, true), Merge(a));
    }

    [Fact]
    public void A_hidden_one_that_a_copy_stands_on_stays_as_it_is()
    {
        var a = Add("a", null, CheckpointPhase.Hidden);
        Assert.Null(CheckpointTree.NextMerge(all, a, new HashSet<string> { "/a" }));
        Assert.Null(CheckpointTree.NextMerge(all, null, new HashSet<string> { "/a" }));
        Assert.Equal(a, CheckpointTree.NextMerge(all, a, new HashSet<string> { "/b" })!.Value.Layer.Id);
    }

    [Fact]
    public void The_newest_comes_first()
    {
        var a = Add("a", null, CheckpointPhase.Hidden);
        var b = Add("b", a, CheckpointPhase.Hidden);
        Assert.Equal((b, null, false), Merge(b));
    }

    [Fact]
    public void A_parent_that_the_user_knows_is_found_below_hidden_ones()
    {
        var a = Add("a", null);
        var b = Add("b", a, CheckpointPhase.Hidden);
        Assert.Equal(a, CheckpointTree.Visible(all, b)!.Id);
        Assert.Null(CheckpointTree.Visible(all, null));
        Assert.True(CheckpointTree.IsBelow(all, b, a));
        Assert.False(CheckpointTree.IsBelow(all, a, b));
    }

    private (Guid Layer, Guid? Child, bool IsEmpty) Merge(Guid? current)
    {
        var (layer, child, isEmpty) = CheckpointTree.NextMerge(all, current, None)!.Value;
        return (layer.Id, child?.Id, isEmpty);
    }

    private Guid Add(string name, Guid? parent, CheckpointPhase phase = CheckpointPhase.Ready)
    {
        var spec = new VmCheckpointSpec
        {
            VMId = Guid.Empty,
            Name = name,
            Time = DateTimeOffset.UnixEpoch.AddMinutes(all.Count),
            Parent = parent,
            Disks = [.. new[] { Guid.Empty, Data }.Select(drive => new VmCheckpointDisk
            {
                Drive = drive,
                Layer = new VmDiskLayer((drive == Data ? "/data-" : "/") + name, "qcow2", IsOwn: true),
                Below = parent is null && drive != Data ? [Image] : [],
            })],
            Machine = new VmSpec { MemoryBytes = 1 << 20, ProcessorCount = 1, Generation = 1 },
        };
        all.Add(new CheckpointEntry(CheckpointEntry.NewRow(Guid.NewGuid(), phase, spec)));
        return all[^1].Id;
    }
}
