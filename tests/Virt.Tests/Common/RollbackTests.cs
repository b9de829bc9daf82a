using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Xunit;

namespace Virt.Tests.Common;

public sealed class RollbackTests
{
    private readonly List<int> undone = [];

    [Fact]
    public async Task Steps_are_undone_in_reverse_order_and_one_that_fails_does_not_stop_the_others()
    {
        await using (var rollback = new Rollback())
        {
            rollback.Add("undo 1", () => undone.Add(1));
            rollback.Add("undo 2", () => throw new InvalidOperationException("cannot"));
            rollback.Add("undo 3", () => undone.Add(3));
        }

        Assert.Equal([3, 1], undone);
    }

    [Fact]
    public async Task After_a_commit_nothing_is_undone()
    {
        await using (var rollback = new Rollback())
        {
            rollback.Add("undo 1", () => undone.Add(1));
            rollback.Commit();
        }

        Assert.Empty(undone);
    }
}
