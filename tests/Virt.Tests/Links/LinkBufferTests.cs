using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Virt.Agent.Links;
using Xunit;

namespace Virt.Tests.Links;

public sealed class LinkBufferTests
{
    [Fact]
    public void It_gives_what_it_was_given_in_that_order_up_to_its_limit()
    {
        Gen.Int[-9000, 9000].Array[1, 60].Sample(static steps =>
        {
            var buffer = new LinkBuffer(20000);
            var expected = new Queue<byte>();
            byte next = 0;
            foreach (var step in steps)
            {
                if (step > 0)
                {
                    var bytes = Enumerable.Range(0, step).Select(_ => next++).ToArray();
                    Assert.Equal(expected.Count + step <= 20000, buffer.TryAdd(bytes));
                    (expected.Count + step <= 20000 ? bytes : []).ToList().ForEach(expected.Enqueue);
                }
                else
                {
                    var taken = new byte[-step];
                    var count = buffer.Take(taken);
                    Assert.Equal(System.Math.Min(-step, expected.Count), count);
                    Assert.Equal(Enumerable.Range(0, count).Select(_ => expected.Dequeue()), taken[..count]);
                }

                Assert.Equal(expected.Count, buffer.Count);
            }

            Assert.InRange(buffer.Capacity, 0, 20000);
        });
    }

    [Fact]
    public void Many_small_pieces_take_no_more_memory_than_one_large_one()
    {
        var buffer = new LinkBuffer(LinkStream.Window);
        for (var i = 0; i < LinkStream.Window; i++)
        {
            Assert.True(buffer.TryAdd([1]));
        }

        Assert.False(buffer.TryAdd([1]));
        Assert.Equal(LinkStream.Window, buffer.Capacity);
    }
}
