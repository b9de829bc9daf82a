using Virt.Agent.Common;
using Xunit;
using static Virt.Agent.Common.MemoryRest;

namespace Virt.Tests.Common;

public sealed class MemoryRestTests
{
    private const long Mega = 1 << 20;

    [Fact]
    public void After_work_it_waits_until_it_is_quiet_and_gives_back_once()
    {
        var rest = new MemoryRest();
        rest.Rested(15 * Mega);
        Assert.Equal(Step.None, rest.Next(100 * Mega, 40 * Mega)); // at work
        Assert.Equal(Step.None, rest.Next(200 * Mega, 41 * Mega));
        Assert.Equal(Step.All, rest.Next(200 * Mega + 1000, 41 * Mega));
        rest.Rested(20 * Mega);
        Assert.Equal(Step.None, rest.Next(200 * Mega + 2000, 20 * Mega));
        Assert.Equal(Step.None, rest.Next(200 * Mega + 3000, 23 * Mega)); // not worth a pause
        Assert.Equal(Step.All, rest.Next(200 * Mega + 4000, 24 * Mega));
    }

    [Fact]
    public void One_that_is_never_quiet_gives_back_its_program_once_a_minute()
    {
        var rest = new MemoryRest();
        rest.Rested(15 * Mega);
        for (var minute = 0; minute < 2; minute++)
        {
            for (var tick = 1; tick < 12; tick++)
            {
                Assert.Equal(Step.None, rest.Next((minute * 12 + tick) * Mega, 40 * Mega));
            }

            Assert.Equal(Step.Code, rest.Next((minute + 1) * 12 * Mega, 40 * Mega));
            rest.Rested(30 * Mega);
        }
    }
}
