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
    private readonly List<CheckpointEntry> all = [];

    [Fact]
    public void The_chain_goes_from_a_checkpoint_down_to_the_image()
    {
        var a = Add("a", null);
        var b = Add("b", a);
        Add("c", a);
        Assert.Equal(["/b", "/a", Image.Path], CheckpointTree.Chain(all, b).Select(static l => l.Path));
        Assert.Empty(CheckpointTree.Chain(all, null));
        Assert.Equal([true, true, false], CheckpointTree.Chain(all, b).Select(static l => l.IsOwn));
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
            Layer = new VmDiskLayer("/" + name, "qcow2", IsOwn: true),
            Below = parent is null ? [Image] : [],
            Machine = new VmSpec { MemoryBytes = 1 << 20, ProcessorCount = 1, Generation = 1 },
        };
        all.Add(new CheckpointEntry(CheckpointEntry.NewRow(Guid.NewGuid(), phase, spec)));
        return all[^1].Id;
    }
}
