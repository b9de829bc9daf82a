using System;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>Connected hosts are known to the whole process, so these tests run one after the other, and under names of their own.</summary>
[Collection(ConnectedHostsCollection.Name)]
public sealed class ConnectTests : IDisposable
{
    private readonly FakeAgent first = new FakeAgent { HostName = "own-first" }.WithVMs("web01");
    private readonly FakeAgent second = new FakeAgent { HostName = "own-second" }.WithVMs("db01");
    private readonly Shell shell = new();

    public ConnectTests()
    {
        first.On(Methods.GetVirtHost, (_, _) => new VirtHost { Name = first.HostName });
        second.On(Methods.GetVirtHost, (_, _) => new VirtHost { Name = second.HostName });
    }

    public void Dispose()
    {
        shell.Run("Disconnect-VirtHost *");
        shell.Dispose();
        second.Dispose();
        first.Dispose();
    }

    [Fact]
    public void A_connected_host_is_greeted_and_answers_to_its_name_ever_after()
    {
        var host = Assert.Single(shell.Run<VirtHost>($"Connect-VirtHost {first.Endpoint} -Name a1"));
        Assert.Equal(("own-first", "a1"), (host.Name, host.ComputerName));
        var vm = Assert.Single(shell.Run<VM>("Get-VM -ComputerName A1"));
        Assert.Equal(("web01", "A1"), (vm.Name, vm.ComputerName));
        Assert.Single(shell.Run<VM>("Get-VM -ComputerName own-first"));
        Assert.Single(shell.Run<VM>("Get-VM -ComputerName a1 | Start-VM -PassThru"));
        Assert.Empty(shell.Errors);
        Assert.Equal(1, first.ConnectionCount);
    }

    [Fact]
    public void A_name_of_several_hosts_that_call_themselves_so_is_refused_and_the_users_own_names_are_not()
    {
        second.HostName = "own-first";
        shell.Run($"Connect-VirtHost {first.Endpoint} -Name a2; Connect-VirtHost {second.Endpoint} -Name b2");
        shell.Run("Get-VM -ComputerName own-first");
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("HostNameAmbiguous", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("a2, b2", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("db01", Assert.Single(shell.Run<VM>("Get-VM -ComputerName b2")).Name);
    }

    [Fact]
    public void A_dead_host_is_one_error_and_is_not_remembered()
    {
        var hosts = shell.Run<VirtHost>($"Connect-VirtHost {first.Endpoint}, unix:///nowhere/agent.sock, {second.Endpoint}");
        Assert.Equal(["own-first", "own-second"], hosts.Select(host => host.Name).Order());
        var error = Assert.Single(shell.Errors);
        Assert.StartsWith("AgentUnavailable,Virt.Commands.ConnectVirtHost", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal((ErrorCategory.ConnectionError, "unix:///nowhere/agent.sock"), (error.CategoryInfo.Category, error.TargetObject));
        shell.Run("Disconnect-VirtHost unix:///nowhere/agent.sock");
        Assert.StartsWith("HostNotConnected", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Cmdlets_without_a_ComputerName_ask_all_default_hosts_and_a_dead_one_is_one_error()
    {
        shell.Run($"Connect-VirtHost {first.Endpoint} -Name a3 -Default; Connect-VirtHost {second.Endpoint} -Name b3 -Default");
        var vms = shell.Run<VM>("Get-VM");
        Assert.Equal(["web01@a3", "db01@b3"], vms.Select(vm => $"{vm.Name}@{vm.ComputerName}").Order(StringComparer.Ordinal).Reverse());
        second.On(Methods.GetVM, (_, _) => throw new VirtException(ErrorCode.Unavailable, "AgentUnavailable", "Cannot reach it."));
        Assert.Equal("web01", Assert.Single(shell.Run<VM>("Get-VM")).Name);
        Assert.Equal("b3", Assert.Single(shell.Errors).TargetObject);
    }

    [Fact]
    public void A_default_can_be_taken_back_and_connecting_again_keeps_it()
    {
        shell.Run($"Connect-VirtHost {first.Endpoint} -Name a4 -Default; Connect-VirtHost {second.Endpoint} -Name b4 -Default");
        shell.Run("Connect-VirtHost a4; Connect-VirtHost b4 -Default:$false");
        Assert.Empty(shell.Errors);
        Assert.Equal("web01", Assert.Single(shell.Run<VM>("Get-VM")).Name);
    }

    [Fact]
    public void A_pattern_means_the_connected_hosts_that_it_matches()
    {
        shell.Run($"Connect-VirtHost {first.Endpoint} -Name lab5-a; Connect-VirtHost {second.Endpoint} -Name lab5-b");
        Assert.Equal(2, shell.Run<VM>("Get-VM -ComputerName lab5-*").Length);
        shell.Run("Get-VM -ComputerName nolab-*");
        Assert.StartsWith("BadEndpoint", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Connect-VirtHost {0}, {1} -Name both", "OneHostRequired")]
    [InlineData("Connect-VirtHost {0} -Name a*", "InvalidName")]
    [InlineData("Connect-VirtHost {0} -Name a6; Connect-VirtHost {1} -Name a6", "HostNameTaken")]
    [InlineData("Connect-VirtHost 'a b'", "BadEndpoint")]
    public void What_cannot_be_a_name_is_one_typed_error(string script, string id)
    {
        shell.Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, script, first.Endpoint, second.Endpoint));
        Assert.StartsWith(id, Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_are_forgotten_by_name_own_name_and_pattern()
    {
        shell.Run($"Connect-VirtHost {first.Endpoint} -Name a7; Connect-VirtHost {second.Endpoint} -Name b7");
        shell.Run("Disconnect-VirtHost own-first");
        Assert.Empty(shell.Errors);
        shell.Run("Get-VirtHost -ComputerName b7 | Disconnect-VirtHost");
        Assert.Empty(shell.Errors);
        shell.Run("Disconnect-VirtHost a7");
        Assert.Equal(ErrorCategory.ObjectNotFound, Assert.Single(shell.Errors).CategoryInfo.Category);
    }

    [Fact]
    public void ComputerName_is_completed_with_the_connected_names()
    {
        shell.Run($"Connect-VirtHost {first.Endpoint} -Name zeta8");
        Assert.Equal(["zeta8"], Completed("Get-VM -ComputerName ze"));
        Assert.Equal(["own-first"], Completed("Start-Container -ComputerName own"));
        Assert.Equal(["web01"], Completed("Get-VM -ComputerName zeta8 -Name we"));
    }

    [Fact]
    public void Two_hosts_that_are_connected_become_peers_without_a_code_being_seen()
    {
        second.On(Methods.NewVirtPeerCode, (_, _) => new VirtPeerCode { Code = "secret", Address = "10.0.0.2:7711" });
        first.On(Methods.AddVirtPeer, (request, _) => new VirtPeer { Name = "own-second", Address = request.Address });
        shell.Run($"Connect-VirtHost {first.Endpoint} -Name a9; Connect-VirtHost {second.Endpoint} -Name b9");
        var peer = Assert.Single(shell.Run<VirtPeer>("Add-VirtPeer b9 -ComputerName a9"));
        Assert.Empty(shell.Errors);
        Assert.Equal(("own-second", "10.0.0.2:7711", "a9"), (peer.Name, peer.Address, peer.ComputerName));
        Assert.Equal("secret", ((AddVirtPeer)Assert.Single(first.CallsOf(Methods.AddVirtPeer)).Request).Code);
        shell.Run("Add-VirtPeer b9 -ComputerName a9 -Address hostb:7000");
        Assert.Equal("hostb:7000", ((AddVirtPeer)first.CallsOf(Methods.AddVirtPeer)[1].Request).Address);
    }

    [Fact]
    public void A_code_is_used_as_it_is_and_its_lifetime_is_written_as_people_write_it()
    {
        first.On(Methods.AddVirtPeer, (_, _) => new VirtPeer());
        first.On(Methods.NewVirtPeerCode, (_, _) => new VirtPeerCode());
        shell.Run($"Add-VirtPeer -Address hostb -Code abc -ComputerName {first.Endpoint}; New-VirtPeerCode -Lifetime 90m -ComputerName {first.Endpoint}");
        Assert.Empty(shell.Errors);
        Assert.Equal(new AddVirtPeer { Address = "hostb", Code = "abc" }, (AddVirtPeer)Assert.Single(first.CallsOf(Methods.AddVirtPeer)).Request);
        Assert.Equal(TimeSpan.FromMinutes(90), ((NewVirtPeerCode)Assert.Single(first.CallsOf(Methods.NewVirtPeerCode)).Request).Lifetime);
    }

    [Fact]
    public void Peers_are_found_and_removed_by_pattern_and_object()
    {
        first.On(Methods.GetVirtPeer, (_, _) => new VirtPeerList { Items = [new VirtPeer { Name = "hostb", Fingerprint = "AB" }, new VirtPeer { Name = "hostc", Fingerprint = "CD" }] });
        first.On(Methods.RemoveVirtPeer, (_, _) => new Nothing());
        shell.Run($"Remove-VirtPeer host* -ComputerName {first.Endpoint}; Get-VirtPeer -ComputerName {first.Endpoint} | Remove-VirtPeer");
        Assert.Empty(shell.Errors);
        Assert.Equal(["hostb", "hostc", "hostb", "hostc"], first.CallsOf(Methods.RemoveVirtPeer).Select(call => ((RemoveVirtPeer)call.Request).Name));
    }

    private string[] Completed(string text)
    {
        using var completing = shell.Script("");
        return [.. CommandCompletion.CompleteInput(text, text.Length, null, completing).CompletionMatches.Select(match => match.CompletionText)];
    }
}
