using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>What is typed of images of machines, and of what a machine of one is to become.</summary>
public sealed class VmImageCmdletTests : IDisposable
{
    private const string Key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7vqfu/ ann@desk";

    private readonly FakeAgent agent = new FakeAgent().WithVMs("web01");
    private readonly Shell shell;

    public VmImageCmdletTests()
    {
        agent.On(Methods.GetVMImage, static (_, _) => new VMImageList { Items = [new VMImage { Name = "debian/12", UsedBy = ["web01"] }, new VMImage { Name = "old" }] });
        agent.On(Methods.RemoveVMImage, static (_, _) => new Nothing());
        agent.On(Methods.SaveVMImage, static (request, _) => new VMImage { Name = request.Name, Source = request.Uri });
        shell = new Shell(agent);
    }

    private NewVM Request => (NewVM)Assert.Single(agent.CallsOf(Methods.NewVM)).Request;

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
    }

    [Fact]
    public void A_table_of_PowerShell_becomes_a_cloud_config_as_it_is()
    {
        shell.Run("""
            New-VM a -Image i -CloudInit ([ordered]@{
                b = $true; n = 3; f = 1.5; s = "a`"`n\é"; none = $null; list = 'x', @{ y = 1 }; one = @('z'); none2 = @(); guid = [guid]::Empty
                object = [pscustomobject]@{ p = "DateTime" }
            })
            """);
        Assert.Empty(shell.Errors);
        var config = JsonNode.Parse(Request.CloudInit)!.AsObject();
        Assert.Equal(["b", "n", "f", "s", "none", "list", "one", "none2", "guid", "object"], config.Select(static pair => pair.Key));
        Assert.Equal((true, 3, 1.5, "a\"\n\\é", "x", 1), ((bool)config["b"]!, (int)config["n"]!, (double)config["f"]!, (string)config["s"]!, (string)config["list"]![0]!, (int)config["list"]![1]!["y"]!));
        Assert.Equal((1, 0, Guid.Empty.ToString(), "DateTime"), (config["one"]!.AsArray().Count, config["none2"]!.AsArray().Count, (string)config["guid"]!, (string)config["object"]!["p"]!));
        Assert.Null(config["none"]);
    }

    [Theory]
    [InlineData("$h = @{ a = { date } }")]
    [InlineData("$h = @{}; $h.h = $h")]
    [InlineData("$h = @{ a = [double]::NaN }")]
    public void What_is_no_table_list_or_value_is_refused_before_anybody_is_asked(string config)
    {
        shell.Run($"{config}; New-VM a -Image i -CloudInit $h");
        Assert.StartsWith("InvalidCloudInit,", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(agent.CallsOf(Methods.NewVM));
    }

    [Fact]
    public void Keys_are_typed_or_stand_in_files_of_the_session_s_machine()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"# mine\n\n{Key}\n{Key}2\n");
            shell.Run($"New-VM a -Image i -UserName ann -SshKey '{Key}1', '{file}', '/no/such/file.pub'");
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal((Key + "1", Key, Key + "2", "/no/such/file.pub", "ann"), (Request.SshKeys[0], Request.SshKeys[1], Request.SshKeys[2], Request.SshKeys[3], Request.UserName));
    }

    [Fact]
    public void An_answer_file_stands_on_the_session_s_machine_and_a_guest_that_could_not_forget_is_warned_of()
    {
        agent.On(Methods.InstallVMImage, static (request, _) => new VMImage { Name = request.Name, SealProblem = "Nobody answers." });
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "ks.cfg"), "mine");
            shell.Run($"New-VMImage web/1 -IsoPath /iso/a.iso -AnswerFile '{folder}/ks.cfg' -KernelParameter a, b=c -SizeBytes 1GB -Generation 1 -SwitchName user -WarningVariable warned; \"$warned\"; New-VMImage b -IsoPath /iso/a.iso -AnswerFile '{folder}/no.ks'");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var request = (InstallVMImage)Assert.Single(agent.CallsOf(Methods.InstallVMImage)).Request;
        Assert.Equal(("web/1", "/iso/a.iso", "ks.cfg", "mine", "a b=c", 1L << 30), (request.Name, request.IsoPath, request.AnswerFileName, System.Text.Encoding.UTF8.GetString(request.AnswerFile), string.Join(' ', request.KernelParameters), request.SizeBytes));
        Assert.Equal((1, "user", TimeSpan.FromHours(2), false, null), (request.Generation, request.SwitchName, request.Timeout, request.NoSeal, request.DriverIsoPath));
        Assert.StartsWith("AnswerFileNotFound,", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_of_a_CSV_file_says_who_comes_in()
    {
        shell.Run($"[pscustomobject]@{{ Name = 'a'; Image = 'i'; UserName = 'ann'; SshKey = '{Key}'; HostName = '' }} | New-VM");
        Assert.Empty(shell.Errors);
        Assert.Equal(("ann", Key, null, ""), (Request.UserName, Request.SshKeys.Single(), Request.HostName, Request.CloudInit));
    }

    [Theory]
    [InlineData("Save-VMImage a -Uri https://localhost/d -Checksum sha256:0 -Description mine -GuestAgent", "a https://localhost/d sha256:0   mine True")]
    [InlineData("Save-VMImage debian/12 -Server https://localhost", "debian/12    https://localhost  False")]
    [InlineData("[pscustomobject]@{ Name = 'a'; Uri = 'https://localhost/d'; ChecksumUri = 'https://localhost/s' } | Save-VMImage", "a https://localhost/d  https://localhost/s   False")]
    public void Save_VMImage_takes_an_address_or_a_server(string script, string asked)
    {
        Assert.Empty(shell.Run(script));
        Assert.Empty(shell.Errors);
        var request = (SaveVMImage)Assert.Single(agent.CallsOf(Methods.SaveVMImage)).Request;
        Assert.Equal(asked, $"{request.Name} {request.Uri} {request.Checksum} {request.ChecksumUri} {request.Server} {request.Description} {request.GuestAgent}");
        Assert.Equal("https://localhost/d", Assert.Single(shell.Run<VMImage>("Save-VMImage b -Uri https://localhost/d -Checksum sha256:0 -PassThru")).Source);
    }

    [Theory]
    [InlineData("New-VMImage web/1 web01 -TimeoutSeconds 9", "web/1 web01 False False 9")]
    [InlineData("New-VMImage web/1 -VM web01 -NoSeal", "web/1 web01 False True 300")]
    [InlineData("Get-VM web01 | New-VMImage web/1", "web/1 web01 True False 300")]
    [InlineData("New-VMImage web/1 -InputObject (Get-VM web01)", "web/1 web01 True False 300")]
    [InlineData("[pscustomobject]@{ Name = 'web/1'; VMName = 'web01' } | New-VMImage", "web/1 web01 False False 300")]
    public void New_VMImage_takes_a_machine_by_its_name_or_as_an_object(string script, string asked)
    {
        agent.On(Methods.NewVMImage, static (request, _) => new VMImage { Name = request.Name });
        var made = shell.Run<VMImage>(script);
        Assert.Empty(shell.Errors);
        Assert.Equal("web/1", Assert.Single(made).Name);
        var request = (NewVMImage)Assert.Single(agent.CallsOf(Methods.NewVMImage)).Request;
        Assert.Equal(asked, $"{request.Name} {request.VMName} {request.VMId == agent.VMs[0].Id} {request.NoSeal} {request.Timeout.TotalSeconds}");
    }

    [Theory]
    [InlineData("Remove-VMImage old", "old")]
    [InlineData("Remove-VMImage *", "debian/12 old")]
    [InlineData("Get-VMImage | Where-Object { -not $_.UsedBy } | Remove-VMImage", "old")]
    [InlineData("'a', 'b' | Remove-VMImage", "a b")]
    public void Remove_VMImage_takes_names_patterns_and_objects(string script, string names)
    {
        shell.Run(script);
        Assert.Empty(shell.Errors);
        Assert.Equal(names, string.Join(' ', agent.CallsOf(Methods.RemoveVMImage).Select(static call => ((RemoveVMImage)call.Request).Name)));
    }
}
