using System;
using System.Threading.Tasks;
using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class RemoveOnExitTests
{
    [Fact]
    public void The_last_ends_are_remembered_by_id_and_by_name()
    {
        var ended = new EndedContainers();
        var first = new Container { Id = Guid.NewGuid(), Name = "job", ExitCode = 1 };
        ended.Add(first);
        ended.Add(new Container { Id = Guid.NewGuid(), Name = "job", ExitCode = 2 });
        Assert.Equal(1, ended.Find(first.Id, "")!.ExitCode);
        Assert.Equal(2, ended.Find(Guid.Empty, "JOB")!.ExitCode);
        Assert.Null(ended.Find(Guid.NewGuid(), "job"));
        Assert.Null(ended.Find(Guid.Empty, "other"));
    }

    [Fact]
    public void They_do_not_grow_without_end()
    {
        var ended = new EndedContainers();
        for (var i = 0; i <= EndedContainers.Capacity; i++)
        {
            ended.Add(new Container { Id = Guid.NewGuid(), Name = $"c{i}" });
        }

        Assert.Null(ended.Find(Guid.Empty, "c0"));
        Assert.NotNull(ended.Find(Guid.Empty, "c1"));
    }

    [Fact]
    public async Task All_who_follow_now_are_waited_for_and_nobody_who_comes_later()
    {
        var followers = new LogFollowers();
        Assert.True(followers.Gone.IsCompleted);
        var (one, other) = (followers.Add(), followers.Add());
        var gone = followers.Gone;
        one.Dispose();
        var late = followers.Add();
        Assert.False(gone.IsCompleted);
        other.Dispose();
        await gone.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(followers.Gone.IsCompleted);
        late.Dispose();
    }
}
