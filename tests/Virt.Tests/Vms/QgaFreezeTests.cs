using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qga;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class QgaFreezeTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly List<string> heard = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Other_commands_wait_until_the_guest_goes_on()
    {
        await using var agent = Agent(static _ => """{"return": 2}""");
        await using var client = Client(agent);
        Task? other = null;
        var result = await client.WhileFrozenAsync(
            Long,
            () =>
            {
                other = client.PingAsync(Long, Cancellation);
                return Task.CompletedTask;
            },
            Cancellation);
        await Deadline.Await(other!, "the command that waited");
        Assert.Equal((2, 2L), result);
        Assert.Equal(["guest-fsfreeze-freeze", "guest-fsfreeze-thaw", "guest-ping"], heard);
    }

    [Fact]
    public async Task An_agent_that_does_not_say_how_many_has_answered_nothing()
    {
        await using var agent = Agent(static name => name == "guest-fsfreeze-freeze" ? """{"return": "two"}""" : """{"return": 0}""");
        await using var client = Client(agent);
        await Assert.ThrowsAsync<QgaException>(() => client.WhileFrozenAsync(Long, static () => throw new InvalidOperationException("nothing is done"), Cancellation));
    }

    [Fact]
    public async Task Whether_it_goes_on_is_not_known_where_it_does_not_say_so()
    {
        await using var agent = Agent(static name => name == "guest-fsfreeze-freeze" ? """{"return": 1}""" : """{"error": {"class": "GenericError", "desc": "no"}}""");
        await using var client = Client(agent);
        Assert.Equal((1, null), await client.WhileFrozenAsync(Long, static () => Task.CompletedTask, Cancellation));
    }

    [Fact]
    public async Task A_guest_that_does_not_come_to_rest_is_a_timeout_that_names_the_command()
    {
        await using var agent = Agent(static name => name == "guest-fsfreeze-freeze" ? null : """{"return": 0}""");
        await using var client = Client(agent);
        var e = await Assert.ThrowsAsync<TimeoutException>(() => client.WhileFrozenAsync(TimeSpan.FromMilliseconds(50), static () => Task.CompletedTask, Cancellation));
        Assert.Contains("guest-fsfreeze-freeze", e.Message);
    }

    [Theory]
    [InlineData("""[{"name": "guest-fsfreeze-freeze", "enabled": true}, {"name": "guest-fsfreeze-thaw", "enabled": true}]""", true)]
    [InlineData("""[{"name": "guest-fsfreeze-freeze", "enabled": false}, {"name": "guest-fsfreeze-thaw", "enabled": true}]""", false)]
    [InlineData("""[{"name": "guest-ping", "enabled": true}]""", false)]
    public async Task Both_commands_must_be_there_and_allowed(string commands, bool expected)
    {
        await using var agent = Agent(_ => $$$"""{"return": {"version": "7.2", "supported_commands": {{{commands}}}}}""");
        await using var client = Client(agent);
        Assert.Equal(expected, await client.CanFreezeAsync(Long, Cancellation));
    }

    private FakeMonitor Agent(Func<string, string?> reply) => new(
        c =>
        {
            var name = FakeMonitor.Name(c);
            if (name == "guest-sync-delimited")
            {
                return "\u00FF" + $$"""{"return": {{c.GetProperty("arguments").GetProperty("id").GetInt64()}}}""";
            }

            heard.Add(name);
            return reply(name);
        },
        greeting: null);

    private static QgaClient Client(FakeMonitor agent) => new(() => agent.Near, TimeProvider.System);
}
