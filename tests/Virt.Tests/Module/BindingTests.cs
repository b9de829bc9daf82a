using System;
using System.Linq;
using System.Management.Automation;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

public sealed class BindingTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02", "db01").WithContainers("web01", "job");
    private readonly Shell shell;

    public BindingTests() => shell = new Shell(agent);

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Theory]
    [InlineData("Get-VM", "web01 web02 db01")]
    [InlineData("Get-VM web01", "web01")]
    [InlineData("Get-VM web01, db01", "web01 db01")]
    [InlineData("Get-VM web*", "web01 web02")]
    [InlineData("Get-VM -Name WEB01", "web01")]
    [InlineData("'web02', 'db01' | Get-VM", "web02 db01")]
    [InlineData("Get-VM -Id (Get-VM db01).Id", "db01")]
    [InlineData("Get-VM web* | Get-VM", "web01 web02")]
    [InlineData("[pscustomobject]@{ Name = 'web02' } | Get-VM", "web02")]
    [InlineData("Get-VM none*", "")]
    public void Get_VM_takes_names_patterns_objects_ids_and_rows(string script, string names)
    {
        Assert.Equal(names, string.Join(' ', shell.Run<VM>(script).Select(vm => vm.Name)));
        Assert.Empty(shell.Errors);
    }

    [Theory]
    [InlineData("Start-VM web01", "web01")]
    [InlineData("Start-VM web01, web02", "web01 web02")]
    [InlineData("Start-VM web*", "web01 web02")]
    [InlineData("'web01' | Start-VM", "web01")]
    [InlineData("Get-VM web* | Start-VM", "web01 web02")]
    [InlineData("Start-VM -InputObject (Get-VM)", "web01 web02 db01")]
    [InlineData("Start-VM -Id (Get-VM db01).Id", "db01")]
    [InlineData("[pscustomobject]@{ Name = 'web02' } | Start-VM", "web02")]
    public void Start_VM_takes_names_patterns_objects_ids_and_rows(string script, string names)
    {
        Assert.Empty(shell.Run(script));
        Assert.Empty(shell.Errors);
        var asked = agent.CallsOf(Methods.StartVM).Select(call => (StartVM)call.Request);
        Assert.Equal(names, string.Join(' ', asked.Select(request => request.Name)));
    }

    [Theory]
    [InlineData("Get-Container web01 -ComputerName $agent | Get-VM", "Container", "Get-VM")]
    [InlineData("Get-VM web01 -ComputerName $agent | Get-Container", "VM", "Get-Container")]
    [InlineData("Get-VM web01 -ComputerName $agent | Get-ContainerImage", "VM", "Get-ContainerImage")]
    [InlineData("Get-VM web01 -ComputerName $agent | Get-VirtNetwork", "VM", "Get-VirtNetwork")]
    [InlineData("Get-Container web01 -ComputerName $agent | Get-VHD", "Container", "Get-VHD")]
    public void What_a_cmdlet_does_not_take_from_the_pipeline_is_not_left_away(string script, string kind, string cmdlet)
    {
        Assert.Empty(shell.Run("$PSDefaultParameterValues.Clear(); " + script));
        var refused = Assert.Single(shell.Errors);
        Assert.StartsWith("InputObjectNotBound", refused.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal($"Cannot use a {kind} from the pipeline: {cmdlet} takes none.", refused.Exception.Message);
    }

    [Fact]
    public void A_host_that_is_piped_is_the_one_that_is_asked()
    {
        var found = shell.Run<VM>("$PSDefaultParameterValues.Clear(); [Virt.VirtHost]@{ ComputerName = $agent } | Get-VM");
        Assert.Empty(shell.Errors);
        Assert.Equal(3, found.Length);
    }

    [Fact]
    public void Null_is_no_name_and_no_path()
    {
        shell.Run("$null | Get-VM; $null | Get-VHD");
        Assert.Equal(2, shell.Errors.Count);
        Assert.DoesNotContain(shell.Errors, static error => error.Exception is NullReferenceException);
    }

    [Fact]
    public void A_container_that_is_piped_is_changed_in_what_was_typed_alone()
    {
        agent.Containers[1].MemoryBytes = 524288;
        agent.Containers[1].HostName = "job";
        agent.On(Methods.SetContainer, (request, _) => new Container { Id = request.Id, Name = request.Name });
        shell.Run("Get-Container job | Set-Container -ProcessCount 5");
        shell.Run("[pscustomobject]@{ Name = 'job'; MemoryBytes = 8MB } | Set-Container");
        Assert.Empty(shell.Errors);
        var asked = agent.CallsOf(Methods.SetContainer).Select(call => (SetContainer)call.Request).Select(request => (request.Name, request.ProcessCount, request.MemoryBytes, request.HostName));
        Assert.Equal([("job", (long?)5, (long?)null, null), ("job", null, 8 << 20, null)], asked);
    }

    [Fact]
    public void A_size_is_taken_as_it_is_typed_elsewhere_too()
    {
        agent.On(Methods.SetContainer, (request, _) => new Container { Id = request.Id, Name = request.Name });
        shell.Run("Set-Container job -MemoryBytes 512m -SwapBytes 1GB");
        Assert.Empty(shell.Errors);
        Assert.Equal([(512L << 20, 1L << 30)], agent.CallsOf(Methods.SetContainer).Select(call => (SetContainer)call.Request).Select(request => (request.MemoryBytes!.Value, request.SwapBytes!.Value)));
        shell.Run("Set-Container job -MemoryBytes much");
        Assert.Contains("Cannot use 'much' as a size", Assert.Single(shell.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PassThru_writes_the_machine_with_its_host()
    {
        var vm = Assert.Single(shell.Run<VM>("Start-VM web01 -PassThru"));
        Assert.Equal(VMState.Running, vm.State);
        Assert.Equal(agent.Endpoint, vm.ComputerName);
    }

    [Fact]
    public void An_object_is_found_again_by_its_id()
    {
        shell.Run("Get-VM web01 | Stop-VM -TurnOff -TimeoutSeconds 5");
        var request = (StopVM)Assert.Single(agent.CallsOf(Methods.StopVM)).Request;
        Assert.Equal(agent.VMs[0].Id, request.Id);
        Assert.True(request.TurnOff);
        Assert.Equal(TimeSpan.FromSeconds(5), request.Timeout);
    }

    [Fact]
    public void An_object_made_by_hand_is_found_by_its_name()
    {
        shell.Run("[Virt.VM]@{ Name = 'web02' } | Start-VM");
        var request = (StartVM)Assert.Single(agent.CallsOf(Methods.StartVM)).Request;
        Assert.Equal((Guid.Empty, "web02"), (request.Id, request.Name));
    }

    [Theory]
    [InlineData("Get-Container web01 | Remove-VM")]
    [InlineData("Get-Container web01 | Select-Object * | Remove-VM")]
    public void A_container_never_stands_for_the_machine_of_its_name(string script)
    {
        shell.Run("function Select-Object { process { $o = [pscustomobject]@{ Name = $_.Name }; $o.PSObject.TypeNames.Insert(0, 'Selected.Virt.Container'); $o } }");
        shell.Run(script);
        Assert.NotEmpty(shell.Errors);
        Assert.Empty(agent.CallsOf(Methods.RemoveVM));
    }

    [Fact]
    public void New_VM_binds_the_rows_of_a_CSV_file_by_property_name()
    {
        shell.Run("@{ Name = 'a1'; MemoryStartupBytes = '4GB'; Image = 'starter'; Notes = '' }, @{ Name = 'a2'; MemoryStartupBytes = ''; Image = 'starter' } | ForEach-Object { [pscustomobject]$_ } | New-VM");
        Assert.Empty(shell.Errors);
        var requests = agent.CallsOf(Methods.NewVM).Select(call => (NewVM)call.Request).ToArray();
        Assert.Equal(["a1", "a2"], requests.Select(request => request.Name));
        Assert.Equal([4L << 30, 256L << 20], requests.Select(request => request.MemoryStartupBytes));
        Assert.All(requests, request => Assert.Equal("starter", request.Image));
    }

    [Theory]
    [InlineData("New-VM x 1GB", null, null, true)]
    [InlineData("New-VM x -NoVHD", null, null, true)]
    [InlineData("New-VM x -VHDPath /d/a.qcow2", "/d/a.qcow2", null, false)]
    [InlineData("New-VM x -NewVHDSizeBytes 2GB", null, 2147483648L, false)]
    [InlineData("New-VM x -Image starter -NewVHDSizeBytes 2GB", null, 2147483648L, false)]
    public void New_VM_has_the_parameter_sets_of_Hyper_V(string script, string? path, long? size, bool none)
    {
        shell.Run(script);
        Assert.Empty(shell.Errors);
        var request = (NewVM)Assert.Single(agent.CallsOf(Methods.NewVM)).Request;
        Assert.Equal((path, size, none), (request.VHDPath, request.NewVHDSizeBytes, request.NoVHD));
    }

    [Fact]
    public void New_VM_refuses_two_disks()
    {
        shell.Run("New-VM x -VHDPath /a -NewVHDSizeBytes 1GB");
        Assert.StartsWith("AmbiguousParameterSet", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(agent.CallsOf(Methods.NewVM));
    }

    [Fact]
    public void Start_Container_with_an_image_is_docker_run()
    {
        var container = Assert.Single(shell.Run<Container>("Start-Container -Image starter -Name c1 -MemoryBytes 64MB -Environment @{ A = 1 } -ReadOnly -- sh -c 'exit 3'"));
        Assert.Equal("c1", container.Name);
        var create = ((StartContainer)Assert.Single(agent.CallsOf(Methods.StartContainer)).Request).Create!;
        Assert.Equal(["sh", "-c", "exit 3"], create.Command);
        Assert.Equal((64L << 20, "1", true), (create.MemoryBytes, create.Environment["A"], create.ReadOnly));
    }

    [Fact]
    public void Start_Container_starts_an_object_though_it_has_an_image_too()
    {
        shell.Run("Get-Container job | Start-Container");
        Assert.Empty(shell.Errors);
        var request = (StartContainer)Assert.Single(agent.CallsOf(Methods.StartContainer)).Request;
        Assert.Null(request.Create);
        Assert.Equal(agent.Containers[1].Id, request.Id);
    }

    [Fact]
    public void New_Container_takes_variables_from_a_row()
    {
        shell.Run("[pscustomobject]@{ Name = 'c'; Image = 'starter'; Environment = 'A=1;B=x=y'; CpuCount = '0.5'; MemoryBytes = '' } | New-Container");
        Assert.Empty(shell.Errors);
        var request = (NewContainer)Assert.Single(agent.CallsOf(Methods.NewContainer)).Request;
        Assert.Equal(("1", "x=y", 0.5, null), (request.Environment["A"], request.Environment["B"], request.CpuCount, request.MemoryBytes));
    }

    [Fact]
    public void A_host_from_the_pipeline_is_where_its_machines_are_read()
    {
        using var plain = new Shell();
        agent.On(Methods.GetVirtHost, (_, _) => new VirtHost { Name = "db01" });
        var names = plain.Run<VM>($"Get-VirtHost -ComputerName {agent.Endpoint} | Get-VM").Select(vm => vm.Name);
        Assert.Empty(plain.Errors);
        Assert.Equal(["web01", "web02", "db01"], names);
    }

    [Theory]
    [InlineData("Start-VM web01 -Wait", WaitCondition.Running)]
    [InlineData("Start-VM web01 -Wait -For GuestAgent", WaitCondition.GuestAgent)]
    [InlineData("Start-VM web01 -For IPAddress", WaitCondition.IPAddress)]
    [InlineData("Wait-VM web01", WaitCondition.GuestAgent)]
    public void Waiting_asks_the_agent_for_the_condition(string script, WaitCondition condition)
    {
        shell.Run(script + " -TimeoutSeconds 7");
        Assert.Empty(shell.Errors);
        var request = (WaitVM)Assert.Single(agent.CallsOf(Methods.WaitVM)).Request;
        Assert.Equal((condition, TimeSpan.FromSeconds(7)), (request.For, request.Timeout));
    }

    [Fact]
    public void Waiting_for_a_port_without_a_port_is_refused_before_anything_is_started()
    {
        shell.Run("Start-VM web01 -For Port");
        Assert.StartsWith("PortRequired", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(agent.CallsOf(Methods.StartVM));
    }


    [Theory]
    [InlineData("Start-VM -Name we", "web01 web02")]
    [InlineData("Get-VM d", "db01")]
    [InlineData("Remove-Container ", "web01 job")]
    public void Names_are_completed_from_the_host(string line, string names)
    {
        var command = line.Insert(line.IndexOf(' ', StringComparison.Ordinal), " -ComputerName " + agent.Endpoint);
        using var completing = shell.Script("");
        var found = CommandCompletion.CompleteInput(command, command.Length, null, completing).CompletionMatches;
        Assert.Equal(names, string.Join(' ', found.Select(match => match.CompletionText)));
    }
}
