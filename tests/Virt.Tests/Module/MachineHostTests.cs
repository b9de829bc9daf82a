using System;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>-ComputerName vm:NAME: the agent inside a machine, through its host. Once the fake host has agreed, it is the fake guest.</summary>
[Collection(ConnectedHostsCollection.Name)]
public sealed class MachineHostTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent { HostName = "liar" }.WithVMs("web01").WithContainers("api");
    private readonly Shell shell = new();

    public MachineHostTests()
    {
        agent.On(Methods.GetVirtHost, (_, _) => new VirtHost { Name = agent.HostName });
        agent.On(Methods.ConnectVMAgent, (request, _) => request.Name == "web01" ? new Nothing() : throw new VirtException(ErrorCode.NotFound, "VMNotFound", $"Cannot reach the agent in VM '{request.Name}': it is not there.", request.Name, "Get-VM"));
    }

    public void Dispose()
    {
        shell.Run("Disconnect-VirtHost *");
        shell.Dispose();
        agent.Dispose();
    }

    [Fact]
    public void Objects_know_the_machine_as_their_host_and_find_back_to_it_over_one_connection()
    {
        shell.Run($"Connect-VirtHost {agent.Endpoint} -Name a11 -Default");
        var found = Assert.Single(shell.Run<Container>("Get-Container -ComputerName vm:web01"));
        Assert.Equal(("api", "vm:web01"), (found.Name, found.ComputerName));
        Assert.Single(shell.Run<Container>("Get-Container -ComputerName vm:web01 | Start-Container -PassThru"));
        Assert.Single(shell.Run<Container>("Get-Container -ComputerName a11/vm:web01"));
        Assert.Empty(shell.Errors);
        Assert.Single(agent.CallsOf(Methods.ConnectVMAgent));
        Assert.Equal("vm:web01", Virt.Session.VirtSession.HostName("vm:web01"));
    }

    [Fact]
    public void A_machine_that_cannot_be_reached_is_one_error_for_all_that_was_asked_of_it()
    {
        shell.Run($"Get-Container a, b -ComputerName {agent.Endpoint}/vm:no; 'a', 'b' | Stop-Container -ComputerName {agent.Endpoint}/vm:no");
        Assert.All(shell.Errors, error => Assert.Equal(("VMNotFound", ErrorCategory.ObjectNotFound, $"{agent.Endpoint}/vm:no"), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category, error.TargetObject)));
        Assert.NotEmpty(shell.Errors);
        Assert.Empty(agent.CallsOf(Methods.GetContainer));
    }

    [Fact]
    public void It_can_be_a_connected_host_and_a_default_one()
    {
        shell.Run($"Connect-VirtHost {agent.Endpoint} -Name a12 -Default; Connect-VirtHost vm:web01 -Name shop12; Connect-VirtHost a12 -Default:$false; Connect-VirtHost shop12 -Default");
        Assert.Empty(shell.Errors);
        Assert.Equal("shop12", Assert.Single(shell.Run<Container>("Get-Container")).ComputerName);
    }

    [Fact]
    public void Where_several_hosts_are_the_default_it_must_be_said_which_one_has_it()
    {
        using var other = new FakeAgent();
        other.On(Methods.GetVirtHost, (_, _) => new VirtHost { Name = "other" });
        shell.Run($"Connect-VirtHost {agent.Endpoint} -Name a13 -Default; Connect-VirtHost {other.Endpoint} -Name b13 -Default; Get-Container -ComputerName vm:web01");
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("HostNameAmbiguous", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("-ComputerName a13/vm:web01", error.ErrorDetails.RecommendedAction);
        Assert.Single(shell.Run<Container>("Get-Container -ComputerName a13/vm:web01"));
    }

    [Fact]
    public void Machines_that_have_an_agent_are_completed()
    {
        agent.WithVMs("web02").VMs[0].HasAgent = true;
        shell.Run($"Connect-VirtHost {agent.Endpoint} -Name a14 -Default");
        Assert.Equal(["vm:web01"], Completed("Get-Container -ComputerName vm:"));
        Assert.Equal(["a14/vm:web01"], Completed("Get-Container -ComputerName a14/vm:w"));
        Assert.Empty(Completed("Get-Container -ComputerName nowhere14/vm:w"));
    }

    private string[] Completed(string text)
    {
        using var completing = shell.Script("");
        return [.. CommandCompletion.CompleteInput(text, text.Length, null, completing).CompletionMatches.Select(static match => match.CompletionText)];
    }
}
