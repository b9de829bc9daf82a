using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Virt.Commands;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>What docs/cmdlets conventions ask of every cmdlet, without exceptions. What is missing for a new one fails here.</summary>
public sealed class ManifestTests
{
    private static readonly Type[] Types = typeof(VirtCommand).Assembly.GetExportedTypes().Where(type => type.IsDefined(typeof(CmdletAttribute), inherit: false)).ToArray();

    public static TheoryData<string> Names => [.. Types.Select(NameOf).Order(StringComparer.Ordinal)];

    // They change the session and no host, or put together what another cmdlet reads; and Enter-VM asks what Connect-VMConsole asks.
    private static readonly string[] WithoutMethod = ["Connect-VirtHost", "Disconnect-VirtHost", "Get-PatchReport", "Enter-VM", "New-HealthCheck"];

    // They make what other cmdlets take, and ask no host.
    private static readonly string[] Values = ["New-HealthCheck"];

    // Patches are about VMs and containers together: -VM and -Container, and objects of both kinds. What they make has no name or id that finds it.
    private static readonly string[] PatchNouns = ["Patch", "PatchStatus", "PatchPlan", "PatchHistory", "PatchReport"];

    // Found by their names alone, which are unique on a host.
    private static readonly string[] NounsWithoutId = ["VirtPeer", "PatchSchedule", "VHD"];

    // Found in a machine, by names that are that machine's own.
    private static readonly string[] NounsOfMachines = ["VMCheckpoint", "VMHardDiskDrive", "VMDvdDrive", "VMNetworkAdapter"];

    // Found in a container likewise.
    private static readonly string[] NounsOfContainers = ["ContainerNetworkAdapter"];

    private static readonly string[] Data = ["Name", "InputObject", "Id", "AsJob", "ComputerName", "NoVHD"];

    [Fact]
    public void The_manifest_exports_every_cmdlet_and_nothing_else()
    {
        var manifest = Parser.ParseFile(RepositoryRoot.File("Virt.psd1"), out _, out _).Find(ast => ast is HashtableAst, searchNestedScriptBlocks: false)!.SafeGetValue();
        var table = (System.Collections.Hashtable)manifest;
        Assert.Equal(Names.Select(row => row.Data), ((object[])table["CmdletsToExport"]!).Cast<string>().Order(StringComparer.Ordinal));
        Assert.Empty((object[])table["FunctionsToExport"]!);
        Assert.Empty((object[])table["AliasesToExport"]!);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_verb_is_approved_and_the_class_is_named_after_the_cmdlet(string name)
    {
        var approved = typeof(VerbsCommon).Assembly.GetExportedTypes().Where(type => type.Namespace == "System.Management.Automation" && type.Name.StartsWith("Verbs", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields()).Select(field => (string)field.GetRawConstantValue()!);
        var words = name.Split('-');
        Assert.Contains(words[0], approved);
        Assert.Equal(string.Concat(words) + "Command", TypeOf(name).Name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_says_what_it_gives(string name)
    {
        var output = TypeOf(name).GetCustomAttribute<OutputTypeAttribute>();
        Assert.NotNull(output);
        Assert.All(output.Type, type => Assert.True(type.Type == typeof(void) || type.Type == typeof(string) || type.Type.GetConstructor([]) is not null, $"{type.Name} can be made by a test"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_takes_several_hosts_under_both_names(string name)
    {
        if (Values.Contains(name))
        {
            return;
        }

        var parameter = TypeOf(name).GetProperty(nameof(VirtCommand.ComputerName))!;
        Assert.Equal(typeof(string[]), parameter.PropertyType);
        Assert.Contains("VMHost", parameter.GetCustomAttribute<AliasAttribute>()!.AliasNames);
    }

    // As Hyper-V's cmdlets have it.
    [Theory]
    [MemberData(nameof(Names))]
    public void A_machine_is_named_by_VMName_too(string name)
    {
        var type = TypeOf(name);
        if (typeof(TargetCommand<VM>).IsAssignableFrom(type))
        {
            Assert.Contains("VMName", type.GetProperty("Name")!.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? []);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_change_asks_ShouldProcess_and_can_be_a_job(string name)
    {
        var type = TypeOf(name);
        var method = MethodOf(name);
        var runsCommand = name.StartsWith("Invoke-", StringComparison.Ordinal);
        var changes = method?.Kind == MethodKind.Change || runsCommand || name is "Stop-VirtOperation" or "Copy-ContainerFile" or "Copy-VMFile" or "Send-VMKey";
        Assert.Equal(changes, type.GetCustomAttribute<CmdletAttribute>()!.SupportsShouldProcess);
        if (method?.Kind == MethodKind.Change || runsCommand)
        {
            Assert.Contains("RunAsync", type.GetProperty("AsJob")!.GetCustomAttribute<AliasAttribute>()!.AliasNames);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_what_can_lose_data_asks_by_itself(string name)
    {
        var losesData = name is "Remove-VM" or "Remove-Container" or "Restore-VMCheckpoint" or "Remove-VMCheckpoint" or "Remove-VMSavedState" or "Remove-VMHardDiskDrive" or "Undo-Patch" or "Remove-VirtVolume" or "Restore-VirtVolume" or "Resize-VHD";
        Assert.Equal(losesData, TypeOf(name).GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact == ConfirmImpact.High);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_works_on_objects_takes_names_objects_and_ids(string name)
    {
        var type = TypeOf(name);
        var noun = name.Split('-')[1];
        var makes = name.StartsWith("New-", StringComparison.Ordinal) || name is "Add-VirtPeer" or "Register-PatchSchedule" or "Import-VirtVolume" or "Import-Container" or "Import-VM";
        if (makes || PatchNouns.Contains(noun) || noun is "VirtHost" or "VMImage" or "ContainerImage" or "VirtEvent")
        {
            return;
        }

        Assert.Contains(Sets(type, "InputObject"), set => set is { ParameterSetName: "InputObject", ValueFromPipeline: true });
        Assert.True(NounsWithoutId.Contains(noun) || Sets(type, "Id").Any(set => set.ParameterSetName == "Id"), $"{name} takes ids");
        if (noun != "VirtOperation")
        {
            // The name of a machine's part is its machine's own, which comes first; a disk image's is its path.
            var itself = noun == "VHD" ? "Path" : "Name";
            var first = name.StartsWith("Add-", StringComparison.Ordinal) ? itself : NounsOfMachines.Contains(noun) ? "VMName" : NounsOfContainers.Contains(noun) ? "ContainerName" : itself;
            Assert.Contains(Sets(type, first), set => set is { ParameterSetName: "Name", Position: 0 });
            Assert.NotNull(type.GetProperty(itself)!.GetCustomAttribute<SupportsWildcardsAttribute>());
            Assert.NotNull(type.GetProperty(itself)!.GetCustomAttribute<ArgumentCompleterAttribute>());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_patches_takes_names_of_both_kinds_and_objects_mixed(string name)
    {
        if (!PatchNouns.Contains(name.Split('-')[1]) && name != "Register-PatchSchedule")
        {
            return;
        }

        var type = TypeOf(name);
        Assert.Contains(Sets(type, "VM"), set => set.Position == 0);
        Assert.Contains(Sets(type, "InputObject"), set => set.ValueFromPipeline);
        Assert.All(["VM", "Container"], parameter =>
        {
            Assert.NotNull(type.GetProperty(parameter)!.GetCustomAttribute<SupportsWildcardsAttribute>());
            Assert.NotNull(type.GetProperty(parameter)!.GetCustomAttribute<ArgumentCompleterAttribute>());
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_data_parameter_of_New_binds_by_property_name(string name)
    {
        if (!name.StartsWith("New-", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var property in Parameters(TypeOf(name)).Where(property => !Data.Contains(property.Name) || property.Name is "Name" or "ComputerName"))
        {
            Assert.All(Sets(TypeOf(name), property.Name), set => Assert.True(set.ValueFromPipelineByPropertyName, $"{name} -{property.Name} binds by property name"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Units_stand_in_the_names_of_parameters(string name)
    {
        foreach (var property in Parameters(TypeOf(name)))
        {
            if (property.PropertyType == typeof(long) || property.PropertyType == typeof(long?))
            {
                Assert.Matches("(Bytes|Count|IOPS|BytesPerSecond)$", property.Name);
            }

            Assert.False(property.Name.Contains("Timeout", StringComparison.Ordinal) && !property.Name.EndsWith("TimeoutSeconds", StringComparison.Ordinal), $"{name} -{property.Name} has a unit");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_it_gives_has_a_table_of_at_most_seven_columns(string name)
    {
        var views = XDocument.Load(RepositoryRoot.File("module", "Virt", "Virt.Format.ps1xml")).Descendants("View").ToArray();
        foreach (var type in TypeOf(name).GetCustomAttribute<OutputTypeAttribute>()!.Type.Select(output => output.Type).Where(type => type != typeof(void) && type != typeof(string)))
        {
            var view = Assert.Single(views, view => view.Descendants("TypeName").Any(selected => selected.Value == type.FullName));
            Assert.True(view.Descendants("CustomControl").Any() || view.Descendants("TableColumnItem").Count() is > 0 and <= 7, $"{type.Name} has 1 to 7 columns");
            Assert.Equal(view.Descendants("TableColumnHeader").Count(), view.Descendants("TableColumnItem").Count());
            Assert.All(view.Descendants("PropertyName"), property => Assert.NotNull(type.GetProperty(property.Value)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_page_says_what_its_comments_say(string name)
    {
        var page = RepositoryRoot.File("docs", "cmdlets", name + ".md");
        var made = RepositoryRoot.File("out", "docs", "cmdlets", name + ".md");
        Assert.True(File.Exists(page), $"docs/cmdlets/{name}.md is there; a build makes it in out/docs/cmdlets");
        Assert.True(
            File.ReadAllText(made) == File.ReadAllText(page),
            $"docs/cmdlets/{name}.md is what the comments of {TypeOf(name).Name} say; to bring it up to date: cp out/docs/cmdlets/*.md docs/cmdlets/");
    }

    [Theory]
    [InlineData("Set-VM", "AutomaticStartAction", "")]
    [InlineData("New-VM", "AutomaticStartAction", "StartIfRunning")]
    [InlineData("Convert-VHD", "VHDFormat", "")]
    [InlineData("Start-VM", "For", "Running")]
    [InlineData("Start-VM", "TimeoutSeconds", "60")]
    [InlineData("Undo-Patch", "RunId", "")]
    public void Its_page_says_what_a_parameter_is_where_it_is_left_away_and_nothing_where_that_is_nothing(string name, string parameter, string value)
    {
        var row = File.ReadLines(RepositoryRoot.File("docs", "cmdlets", name + ".md")).Single(line => line.StartsWith($"| `-{parameter}`", StringComparison.Ordinal));
        Assert.Equal((value.Length > 0, value.Length > 0), (row.Contains(" Default: ", StringComparison.Ordinal), row.Contains($" Default: {value}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Get_Help_has_words_of_ours_and_examples_for_every_cmdlet()
    {
        using var shell = new Shell();
        foreach (var name in Names.Select(row => row.Data))
        {
            var help = Assert.Single(shell.Run($"Get-Help {name} -Full"));
            Assert.EndsWith(".", help.Properties["Synopsis"].Value.ToString()!.Trim(), StringComparison.Ordinal);
            var examples = ((PSObject)help.Properties["examples"].Value).Properties["example"].Value;
            var first = LanguagePrimitives.GetEnumerable(examples)?.Cast<PSObject>().First() ?? (PSObject)examples;
            Assert.Contains(name, first.Properties["code"].Value.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_examples_are_scripts_that_call_it(string name)
    {
        foreach (var code in Examples(name))
        {
            var script = Parser.ParseInput(code, out _, out var errors);
            Assert.Empty(errors);
            Assert.Contains(script.FindAll(ast => ast is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>(), call => call.GetCommandName() == name);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_user_has_tried_it_in_a_Pester_file(string name)
    {
        var file = RepositoryRoot.File("tests", "Pester", name + ".Tests.ps1");
        Assert.True(File.Exists(file), $"tests/Pester/{name}.Tests.ps1 is there");
        Assert.Contains(name, File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_method_has_a_cmdlet()
    {
        // Of the connection itself and what it becomes, between agents, what Enter-Container and Connect-VMConsole do beside, and the other ways of New-VMImage.
        string[] withoutCmdlet = ["container.type", "vm.type", "vmimage.install", "vm.agent", "hello", "ping", "peer.introduce", "move.check", "move.offer", "move.watch", "move.prepare", "move.commit", "move.finish", "move.ask"];
        var called = Types.Select(NameOf).Select(MethodOf).OfType<IMethod>().Select(method => method.Name).Distinct();
        Assert.Equal(Methods.All.Select(method => method.Name).Except(withoutCmdlet).Order(StringComparer.Ordinal), called.Order(StringComparer.Ordinal));
    }

    internal static IEnumerable<string> Examples(string name) => XDocument.Load(Path.Combine(Shell.ModuleFolder, "en-US", "Virt.dll-Help.xml")).Root!.Elements()
        .Single(command => command.Descendants().First(element => element.Name.LocalName == "name").Value == name)
        .Descendants().Where(element => element.Name.LocalName == "code").Select(element => element.Value);

    // One word for one thing: Start-VM sends the contract StartVM.
    private static IMethod? MethodOf(string name) => WithoutMethod.Contains(name) ? null : Methods.All.Single(method => method.RequestName == Drive.Replace(name.Replace("-", "", StringComparison.Ordinal), "Drive"));

    // Disks and DVDs are drives to the agent.
    private static readonly Regex Drive = new("(HardDisk|Dvd)Drive$");

    private static string NameOf(Type type)
    {
        var cmdlet = type.GetCustomAttribute<CmdletAttribute>()!;
        return $"{cmdlet.VerbName}-{cmdlet.NounName}";
    }

    private static Type TypeOf(string name) => Types.Single(type => NameOf(type) == name);

    private static IEnumerable<PropertyInfo> Parameters(Type type) => type.GetProperties().Where(property => property.GetCustomAttributes<ParameterAttribute>(inherit: false).Any());

    private static IEnumerable<ParameterAttribute> Sets(Type type, string parameter) => type.GetProperty(parameter)?.GetCustomAttributes<ParameterAttribute>(inherit: false) ?? [];
}
