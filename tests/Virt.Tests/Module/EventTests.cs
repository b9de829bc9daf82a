using System;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Tests.Rpc;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>Watch-VirtEvent, from the words of the user to the objects.</summary>
public sealed class EventTests : IDisposable
{
    private readonly FakeAgent first = Telling("web");
    private readonly FakeAgent second = Telling("db");
    private readonly Shell shell = new();

    public void Dispose()
    {
        shell.Dispose();
        second.Dispose();
        first.Dispose();
    }

    [Fact]
    public void Events_of_several_hosts_come_as_they_happen_each_with_its_host()
    {
        var events = shell.Run<VirtEvent>($"Watch-VirtEvent -ComputerName {first.Endpoint}, {second.Endpoint}");
        Assert.Empty(shell.Errors);
        Assert.Equal([("db", second.Endpoint), ("web", first.Endpoint)], events.Select(static e => (e.Name, e.ComputerName)).Order());
    }

    [Fact]
    public void What_is_asked_for_is_what_the_user_typed()
    {
        shell.Run($"Watch-VirtEvent web*, db -Kind Container, VM -Action Exited -Since '2030-01-01T12:00:00Z' -ComputerName {first.Endpoint}");
        var request = (WatchVirtEvent)Assert.Single(first.CallsOf(Methods.WatchVirtEvent)).Request;
        Assert.Equal(["web*", "db"], request.Names);
        Assert.Equal([VirtEventKind.Container, VirtEventKind.VM], request.Kinds);
        Assert.Equal([VirtEventAction.Exited], request.Actions);
        Assert.Equal(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero), request.Since);
        shell.Run($"Watch-VirtEvent -ComputerName {second.Endpoint}");
        Assert.Null(((WatchVirtEvent)Assert.Single(second.CallsOf(Methods.WatchVirtEvent)).Request).Since);
    }

    [Fact]
    public void What_is_missing_is_a_warning_unless_it_was_asked_for()
    {
        first.On(Methods.WatchVirtEvent, (_, call) =>
        {
            call.Item(VirtEvent.WireFormat, new VirtEvent { Kind = VirtEventKind.Host, Name = "hosta", Action = VirtEventAction.Lost, Message = "It is gone." });
            call.Item(VirtEvent.WireFormat, new VirtEvent { Kind = VirtEventKind.Container, Name = "web", Action = VirtEventAction.Exited });
            return new Nothing();
        });
        Assert.Equal("web", Assert.Single(shell.Run<VirtEvent>($"Watch-VirtEvent web -WarningVariable warned -WarningAction SilentlyContinue -ComputerName {first.Endpoint}")).Name);
        Assert.Equal("Host 'hosta': It is gone.", shell.Run("\"$warned\"").Single().ToString());
        Assert.Equal(["hosta", "web"], shell.Run<VirtEvent>($"Watch-VirtEvent -Action Lost, Exited -ComputerName {first.Endpoint}").Select(static e => e.Name));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_watch_on_the_host()
    {
        var (began, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        first.On(Methods.WatchVirtEvent, (_, call) =>
        {
            call.Item(VirtEvent.WireFormat, new VirtEvent { Name = "one" });
            try
            {
                return call.UntilCancelled<Nothing>();
            }
            catch (VirtException cancelled) when (cancelled.Code == ErrorCode.Cancelled)
            {
                ended.SetResult();
                throw;
            }
        });
        using var pipeline = shell.Script($"Watch-VirtEvent -ComputerName {first.Endpoint}");
        using var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, _) => began.TrySetResult();
        pipeline.BeginInvoke<PSObject, PSObject>(null, output);
        await Deadline.Await(began.Task, "the first event");
        pipeline.Stop();
        await Deadline.Await(ended.Task, "the end of the watch on the host");
        Assert.Equal("one", ((VirtEvent)Assert.Single(output).BaseObject).Name);
    }

    private static FakeAgent Telling(string name)
    {
        var agent = new FakeAgent();
        agent.On(Methods.WatchVirtEvent, (_, call) =>
        {
            call.Item(VirtEvent.WireFormat, new VirtEvent { Kind = VirtEventKind.Container, Name = name, Action = VirtEventAction.Started });
            return new Nothing();
        });
        return agent;
    }
}
