using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using Virt.Commands;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>What stands after the names stands alone where the objects come from the pipeline: a new name, a path, a host.</summary>
public sealed class PipedTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02").WithContainers("job", "other");
    private readonly Shell shell;

    public PipedTests()
    {
        shell = new Shell(agent);
        agent.On(Methods.RenameContainer, (request, _) => new Container { Name = request.NewName });
        agent.On(Methods.CopyContainer, (request, _) => new Container { Name = request.NewName });
        agent.On(Methods.ExportContainer, (request, _) => new Container { Name = request.Name });
        agent.On(Methods.RenameVM, (request, _) => new VM { Name = request.NewName });
        agent.On(Methods.CopyVM, (request, _) => new VMList { Items = [new VM { Name = request.NewName ?? "" }] });
        agent.On(Methods.RenameVMCheckpoint, (request, _) => new VMCheckpoint { Name = request.NewName });
        agent.On(Methods.MoveVM, (request, _) => new VMMove { VMName = request.Name });
    }

    public static TheoryData<string> Commands => [.. Operands().Select(static one => one.Command.FullName!).Distinct().Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void What_must_stand_after_the_names_stands_first_where_objects_come(string command)
    {
        var (type, operands) = Operands().GroupBy(static one => one.Command).Where(group => group.Key.FullName == command).Select(static group => (group.Key, group.OrderBy(static one => one.Position).ToList())).Single();
        for (var i = 0; i < operands.Count; i++)
        {
            Assert.True(PositionIn(operands[i].Property, "InputObject") == operands[i].Position, $"{type.Name}.{operands[i].Property.Name} stands at no place of a name where objects are given");
        }

        // What was taken for a name has to come together with objects from the pipeline.
        var first = type.GetProperties().Single(static property => PositionIn(property, "Piped") == 0);
        Assert.Equal(0, PositionIn(first, "Name"));
        Assert.Contains(type.GetProperty("InputObject")!.GetCustomAttributes<ParameterAttribute>(inherit: false), static set => set is { ParameterSetName: "Piped", ValueFromPipeline: true, ValueFromPipelineByPropertyName: true, Mandatory: true });
        Assert.Equal(type, type.GetMethod("TakeFirst", BindingFlags.Instance | BindingFlags.NonPublic)!.DeclaringType);
        Assert.Null(PositionIn(operands[^1].Property, "Piped"));
    }

    [Fact]
    public void There_are_such_cmdlets() => Assert.True(Commands.Count >= 18, $"{Commands.Count}");

    [Theory]
    [InlineData("Get-Container job | Rename-Container site", "job site")]
    [InlineData("Get-Container job | Rename-Container -NewName site", "job site")]
    [InlineData("Rename-Container -InputObject (Get-Container job) site", "job site")]
    [InlineData("Rename-Container job site", "job site")]
    [InlineData("'job' | Rename-Container -NewName site", "job site")]
    [InlineData("Rename-Container -Id (Get-Container job).Id site", "job site")]
    public void A_container_is_renamed(string script, string expected)
    {
        shell.Run(script);
        Assert.Empty(shell.Errors);
        Assert.Equal(expected, string.Join(", ", agent.CallsOf(Methods.RenameContainer).Select(static call => (RenameContainer)call.Request).Select(static r => $"{r.Name} {r.NewName}")));
    }

    [Fact]
    public void Others_take_it_too()
    {
        shell.Run("""
            Get-Container job | Copy-Container job2
            Get-Container job | Export-Container /tmp/job.tar
            Get-VM web01 | Rename-VM web03
            Get-VM web01 | Copy-VM web04
            Get-VM web01 | Copy-VM
            Get-VM web0? | Move-VM hostb -IncludeStorage
            Get-VMCheckpoint web01 | Where-Object VMName -eq web01 | Rename-VMCheckpoint first
            """);
        Assert.Empty(shell.Errors);
        Assert.Equal(
            ["job2", "/tmp/job.tar", "web03", "web04", "", "web01 hostb True", "web02 hostb True", "before first"],
            agent.Calls.Select(static call => call.Request switch
            {
                CopyContainer copy => copy.NewName,
                ExportContainer export => export.Path,
                RenameVM rename => rename.NewName,
                CopyVM copy => copy.NewName ?? "",
                MoveVM move => $"{move.Name} {move.DestinationHost} {move.IncludeStorage}",
                RenameVMCheckpoint rename => $"{rename.Name} {rename.NewName}",
                _ => null,
            }).OfType<string>());
    }

    [Theory]
    [InlineData("Get-Container | Add-ContainerNetworkAdapter dmz", "job dmz, other dmz")]
    [InlineData("Get-Container job | Add-ContainerNetworkAdapter dmz -IPAddress 10.0.0.2", "job dmz 10.0.0.2")]
    [InlineData("Get-Container job | Add-ContainerNetworkAdapter -Network dmz", "job dmz")]
    [InlineData("Add-ContainerNetworkAdapter -InputObject (Get-Container job) dmz", "job dmz")]
    [InlineData("Add-ContainerNetworkAdapter job, other -SwitchName dmz", "job dmz, other dmz")]
    [InlineData("'job', 'other' | Add-ContainerNetworkAdapter -Network dmz", "job dmz, other dmz")]
    [InlineData("[pscustomobject]@{ ContainerName = 'job'; Network = 'dmz'; IPAddress = '10.0.0.2' } | Add-ContainerNetworkAdapter", "job dmz 10.0.0.2")]
    public void A_container_comes_into_a_network(string script, string expected)
    {
        agent.On(Methods.AddContainerNetworkAdapter, static (request, _) => new ContainerNetworkAdapter { Name = "eth1", ContainerName = request.ContainerName });
        shell.Run(script);
        Assert.Empty(shell.Errors);
        Assert.Equal(expected, string.Join(", ", agent.CallsOf(Methods.AddContainerNetworkAdapter).Select(static call => (AddContainerNetworkAdapter)call.Request).Select(static r => string.Join(' ', [r.ContainerName, r.Network, .. r.IPAddresses]))));
    }

    [Theory]
    [InlineData("Get-Container | Rename-Container site", "SeveralObjects")]
    [InlineData("Get-Container job | Rename-Container a, b", "OneWordRequired")]
    [InlineData("Get-Container job | Rename-Container", "InputObjectMissingMandatory")]
    [InlineData("Get-VM web01 | Rename-Container site", "InputObjectNotBound")]
    public void What_is_not_meant_is_refused_before_anything_is_done(string script, string id)
    {
        var error = Record.Exception(() => shell.Run(script)) is RuntimeException thrown ? thrown.ErrorRecord : Assert.Single(shell.Errors);
        Assert.StartsWith(id, error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(agent.CallsOf(Methods.RenameContainer));
    }

    [Fact]
    public void Files_go_from_the_first_to_the_second_place()
    {
        var folder = Directory.CreateTempSubdirectory("virt-piped-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "f"), "x");
            agent.On(Methods.CopyContainerFile, (_, _) => throw new VirtException(ErrorCode.NotFound, "FileNotFound", "None.", "x", "x"));
            shell.Run($"Get-Container | Copy-ContainerFile '{folder}/f' /srv; Get-Container job | Copy-ContainerFile -FromContainer /etc/hostname '{folder}/out'");
            Assert.Equal(["job /srv True", "other /srv True", "job /etc/hostname False"], agent.CallsOf(Methods.CopyContainerFile).Select(static call => (CopyContainerFile)call.Request).Select(static r => $"{r.Name} {r.Path} {r.IsInto}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Texts that must be given, at the places after those of the names.
    private static IEnumerable<(Type Command, PropertyInfo Property, int Position)> Operands() =>
        from type in typeof(VirtCommand).Assembly.GetExportedTypes()
        where type.IsDefined(typeof(CmdletAttribute), inherit: false) && IsTarget(type)
        let names = type.GetProperties().Count(static property => property.Name is "Name" or "VMName" or "ContainerName" or "Path" && PositionIn(property, "Name") is not null && property.PropertyType == typeof(string[]))
        from property in type.GetProperties()
        where property.PropertyType == typeof(string) || property.PropertyType == typeof(string[])
        let set = SetOf(property, "Name")
        where set is { Mandatory: true } && set.Position >= names
        select (type, property, set.Position);

    private static bool IsTarget(Type? type) => type is not null && ((type.IsGenericType && type.GetGenericTypeDefinition() == typeof(TargetCommand<>)) || IsTarget(type.BaseType));

    private static ParameterAttribute? SetOf(PropertyInfo property, string set) =>
        property.GetCustomAttributes<ParameterAttribute>(inherit: false).FirstOrDefault(one => one.ParameterSetName == set || one.ParameterSetName == ParameterAttribute.AllParameterSets);

    private static int? PositionIn(PropertyInfo property, string set) => SetOf(property, set) is { Position: >= 0 } found ? found.Position : null;
}
