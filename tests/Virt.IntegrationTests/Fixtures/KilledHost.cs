using System;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Fixtures;

/// <summary>A host whose agent was killed in the middle of something, and has been started again.</summary>
internal static class KilledHost
{
    /// <summary>Lets an agent be killed at a fault point, and starts the next.</summary>
    /// <param name="point">The fault point.</param>
    /// <param name="act">The call that the kill ends.</param>
    /// <param name="before">What an agent before that one has done; null: there was none.</param>
    /// <param name="first">What the one that is killed does before the call; null: nothing.</param>
    public static async Task<TestHost> AtAsync(string point, Action<TestHost> act, Func<TestHost, Task>? before = null, Func<TestHost, Task>? first = null)
    {
        var host = await TestHost.MakeAsync();
        try
        {
            if (before is not null)
            {
                await host.StartAgentAsync();
                await before(host);
                await host.StopAgentAsync();
            }

            host.Faults = point + "=kill";
            await host.StartAgentAsync();
            await (first?.Invoke(host) ?? Task.CompletedTask);
            CallUntilEnd(() => act(host));
            await host.EndedByFaultAsync();
            host.Faults = "";
            await host.StartAgentAsync();
            return host;
        }
        catch
        {
            host.Faults = "";
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets the agent be killed at a fault point of a call, and starts the next.</summary>
    /// <param name="host">The host.</param>
    /// <param name="point">The fault point; <c>POINT*2</c>: when the call comes there for the second time.</param>
    /// <param name="act">The call.</param>
    public static async Task KillAtAsync(this TestHost host, string point, Action<VirtClient> act)
    {
        await host.StopAgentAsync();
        host.Faults = point.Split('*') is [var name, var time] ? $"{name}=kill*{time}" : point + "=kill";
        await host.StartAgentAsync();
        using var client = VirtClient.Connect(host.Endpoint, "tests/1");
        var call = Task.Run(() => CallUntilEnd(() => act(client)), TestContext.Current.CancellationToken);
        var ended = host.EndedByFaultAsync();
        if (await Task.WhenAny(ended, call) == call)
        {
            // What it was refused with, where it was: the agent then never comes to the point.
            await call;
        }

        await ended;
        await call;
        host.Faults = "";
        await host.StartAgentAsync();
    }

    // What comes after the change itself is written may come beside the answer, which then may or may not be there.
    private static void CallUntilEnd(Action call)
    {
        try
        {
            call();
        }
        catch (VirtException e) when (e.Code == ErrorCode.Unavailable)
        {
            // It has ended before it answered.
        }
    }
}
