using System;
using System.IO;
using System.Linq;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>What only one object can have: nothing is done where there are several.</summary>
public sealed class OneObjectTests : IDisposable
{
    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01", "web02").WithContainers("web01", "job", "a b");
    private readonly Shell shell;
    private readonly string folder = Directory.CreateTempSubdirectory("virt-one-").FullName;

    public OneObjectTests()
    {
        shell = new Shell(agent);
        agent.On(Methods.RenameContainer, (request, _) => new Container { Name = request.NewName });
        agent.On(Methods.RenameVM, (request, _) => new VM { Name = request.NewName });
        agent.On(Methods.CopyContainer, (request, _) => new Container { Name = request.NewName });
        agent.On(Methods.ExportContainer, (request, _) => new Container { Name = request.Name });
        agent.On(Methods.CopyContainerFile, (_, _) => throw new VirtException(ErrorCode.NotFound, "FileNotFound", "None.", "x", "x"));
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("Rename-Container * x")]
    [InlineData("Rename-Container web01, job x")]
    [InlineData("'web01', 'job' | Rename-Container -NewName x")]
    [InlineData("Copy-Container web01, job b")]
    [InlineData("Get-Container web01, job | Export-Container -Path /tmp/f.tar")]
    [InlineData("Get-Container | Copy-Container -NewName b -WhatIf")]
    [InlineData("'web01', 'job' | Copy-ContainerFile -FromContainer -SourcePath /etc/hostname -DestinationPath FOLDER/hn")]
    [InlineData("Rename-VM web* x")]
    public void Several_are_refused_before_anything_is_done(string script)
    {
        shell.Run(script.Replace("FOLDER", folder, StringComparison.Ordinal));
        Assert.EndsWith("is for one of them; nothing was done.", Assert.Single(shell.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.All(agent.Calls, static call => Assert.Contains(".get", call.Message.Method, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Rename-Container job x", "job")]
    [InlineData("Rename-Container jo* x", "job")]
    [InlineData("Rename-Container none* x", "")]
    [InlineData("Get-Container 'a b' | Rename-Container -NewName x", "a b")]
    [InlineData("Rename-Container job, JOB x", "job")]
    [InlineData("Rename-Container -Id (Get-Container job).Id x", "job")]
    [InlineData("[pscustomobject]@{ Name = 'job'; NewName = 'x' }, [pscustomobject]@{ Name = 'web01'; NewName = 'y' } | Rename-Container", "job web01")]
    public void One_has_it_and_a_row_brings_its_own(string script, string names)
    {
        shell.Run(script);
        Assert.Empty(shell.Errors);
        Assert.Equal(names, string.Join(' ', agent.CallsOf(Methods.RenameContainer).Select(static call => ((RenameContainer)call.Request).Name)));
    }

    [Fact]
    public void Many_containers_get_the_same_file()
    {
        File.WriteAllText(Path.Combine(folder, "f"), "x");
        shell.Run($"Copy-ContainerFile web01, job '{folder}/f' /tmp");
        Assert.Equal(2, agent.CallsOf(Methods.CopyContainerFile).Count);
    }

    [Theory]
    [InlineData("-TurnOff -Signal HUP", "-TurnOff kills them at once, which leaves nothing to -Signal.")]
    [InlineData("-NoKill -TurnOff", "-TurnOff kills them at once, which leaves nothing to -NoKill.")]
    [InlineData("-NoKill -Signal HUP", "-Signal sends a signal and waits for nothing, which leaves nothing to -NoKill.")]
    public void What_ends_a_container_in_two_ways_is_refused(string parameters, string expected)
    {
        shell.Run("Stop-Container job " + parameters);
        Assert.EndsWith(expected, Assert.Single(shell.Errors).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(agent.CallsOf(Methods.StopContainer));
    }
}
