using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes a virtual machine.</summary>
/// <remarks>
/// The machine is made and not started, but with -Warm. Its disk comes from an image (-Image), is new and empty (-NewVHDSizeBytes, -NewVHDPath), exists already
/// (-VHDPath), or there is none. Every parameter binds by property name, so that a CSV file makes a fleet.
/// An image for clouds has cloud-init in it, which makes a machine of its own of each copy: -UserName, -SshKey, -HostName and -CloudInit say what it is to become. The guest finds that
/// on a small read-only disk (NoCloud), also where -VHDPath brings the disk. What has no cloud-init does not look there.
/// With -Warm it starts at once, from a booted state of its image, within a moment and not by booting. The first such machine of a kind (memory, processors, generation, disk size) makes that state, which takes as long as a boot;
/// it is kept beside the image until Remove-VMImage takes it away. Before the machine is there, and before it has a link into its network, its guest agent makes its guest another one: host name, machine id, SSH host keys,
/// hardware address, IP address, clock and random numbers. The guest needs a guest agent that may run commands, /bin/sh, and systemd-networkd or udhcpc for its network. When it is started again it boots as any other.
/// </remarks>
/// <example>
/// <code>New-VM web03 -MemoryStartupBytes 256MB -Image starter</code>
/// <para>Makes a virtual machine from the starter image.</para>
/// </example>
/// <example>
/// <code>New-VM build01 1GB -NewVHDSizeBytes 4GB -Generation 1 -ProcessorCount 2 -WhatIf</code>
/// <para>Runs every check for a BIOS machine with an empty disk, and makes nothing.</para>
/// </example>
/// <example>
/// <code>New-VM web04 -Image starter -Network lan -Publish 8081:80 -AllowFrom 10.0.0.0/8</code>
/// <para>Makes a virtual machine in the network lan, whose members know it as web04; its guest gets its address by DHCP. From 10.0.0.0/8 its port 80 is reached at the host's port 8081.</para>
/// </example>
/// <example>
/// <code>
/// $key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEgPaoAWPBLxNTP8FQv+mWI/oqXYHyR2P8Woev7vqfu/ ann@desk'
/// New-VM web05 1GB -Image starter -UserName ann -SshKey $key -CloudInit @{ packages = @('nginx'); timezone = 'Europe/Vienna' }
/// </code>
/// <para>Makes a virtual machine whose cloud-init makes the user ann, who comes in by that key and may become root, and installs a package. At a prompt: -SshKey ~/.ssh/id_ed25519.pub.</para>
/// </example>
/// <example>
/// <code>New-VM web06 -Image starter -Warm</code>
/// <para>Makes a virtual machine that runs already when the prompt is back.</para>
/// </example>
/// <example>
/// <code>New-VM web07 1GB -Image starter -WithAgent -WhatIf</code>
/// <para>Would make a virtual machine for containers: once it is started, Get-Container -ComputerName vm:web07 and every other cmdlet reach the agent in its guest, through its host.</para>
/// </example>
/// <example>
/// <code>New-VM build-arm 1GB -Architecture Arm64 -NewVHDSizeBytes 8GB -WhatIf</code>
/// <para>Would make a virtual machine of arm64, which a host of x64 emulates. Add-VMDvdDrive puts the medium in that a system is installed from; Save-VMImage -Architecture Arm64 gets an image.</para>
/// </example>
/// <example>
/// <code>'Name,Image,MemoryStartupBytes', 'csv01,starter,256MB', 'csv02,starter,512MB' | ConvertFrom-Csv | New-VM</code>
/// <para>Makes one virtual machine for each row. Import-Csv does the same with a file.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "VM", SupportsShouldProcess = true)]
[OutputType(typeof(VM))]
public sealed class NewVMCommand : NewCommand
{
    /// <summary>The new machine's name: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The guest's memory, such as 4GB; 32MB at least. 256MB where it is not given.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ByteSize]
    public long MemoryStartupBytes { get; set; }

    /// <summary>Virtual processors, 1 to 240.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int ProcessorCount { get; set; } = 1;

    /// <summary>1 boots by BIOS, 2 by UEFI.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateSet("1", "2")]
    public int Generation { get; set; } = 2;

    /// <summary>The image to make it from, as Get-VMImage lists them.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ArgumentCompleter(typeof(VMImageCompleter))]
    public string? Image { get; set; }

    /// <summary>Start it at once from a booted state of its image, which is made where there is none yet. Not with -UserName, -SshKey and -CloudInit, which are for a first boot.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    public SwitchParameter Warm { get; set; }

    /// <summary>
    /// Give its guest an agent of its own, for containers in it: afterwards every cmdlet takes -ComputerName vm:NAME. The agent is put into the guest, and started with it, when it is asked for the first time, over the guest agent;
    /// that needs Linux with systemd, of the host's architecture. Where an image has Virt's package in it, that is used.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter WithAgent { get; set; }

    /// <summary>An existing disk image on the host, which the machine then uses as it is.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "VHD")]
    public string? VHDPath { get; set; }

    /// <summary>Where on the host the new disk is made. Without it: in the machine's own folder.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = "NewVHD")]
    public string? NewVHDPath { get; set; }

    /// <summary>The size of the new disk, such as 20GB; of an image's disk at least the image's own.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "NewVHD")]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [ByteSize]
    public long NewVHDSizeBytes { get; set; }

    /// <summary>Makes no disk. This is so too where nothing is said of a disk.</summary>
    [Parameter(ParameterSetName = "NoVHD")]
    public SwitchParameter NoVHD { get; set; }

    /// <summary>
    /// The network of its adapter: one that New-VirtNetwork has made, in which containers and VMs find each other by name; isolated (an address and nobody to talk to;
    /// also where it is left away), user (QEMU's own NAT; the guest reaches the host's loopback too), or none for no adapter.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Network")]
    [ArgumentCompleter(typeof(VMNetworkNameCompleter))]
    public string? SwitchName { get; set; }

    /// <summary>Its IPv4 address in the network, which the guest gets by DHCP. Without it: a free one. It is kept for the VM's life.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] IPAddress { get; set; } = [];

    /// <summary>
    /// Ports of the host that lead to it while it runs, as '8080:80', '127.0.0.1:8080:80', '5353:53/udp' or '8000-8010:8000-8010'. What the host's firewall refuses
    /// to let pass through the host stays refused.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Publish { get; set; } = [];

    /// <summary>Who may come to its published ports: addresses and subnets such as 10.0.0.0/8. Without it: anybody. The host itself always may.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] AllowFrom { get; set; } = [];

    /// <summary>Whether it is started when its host has started: always, where it ran when the host stopped, or never.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = VMStartAction.StartIfRunning)]
    public VMStartAction AutomaticStartAction { get; set; }

    /// <summary>So long after its host, in seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("AutomaticStartDelay")]
    [ValidateRange(0, 86400)]
    public int AutomaticStartDelaySeconds { get; set; }

    /// <summary>The machines that are started before it when the host has started; a ring of machines that wait for each other is refused.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] After { get; set; } = [];

    /// <summary>What becomes of it when its host stops.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = VMStopAction.ShutDown)]
    public VMStopAction AutomaticStopAction { get; set; }

    /// <summary>What it shows its screen by, for Get-VMScreenshot: VGA, which every system knows (where it is left away, but on arm64); Virtio, which takes a driver; None.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public VMVideoAdapter VideoAdapter { get; set; }

    /// <summary>The guest's user who may become root by sudo, without a password: 1 to 32 small letters, digits, dashes and underscores. Without it: the user that the image's makers have named.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? UserName { get; set; }

    /// <summary>The public SSH keys by which that user comes in: the keys themselves, such as 'ssh-ed25519 AAAA… ann@desk', or files of this session's machine that have them, such as ~/.ssh/id_ed25519.pub.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] SshKey { get; set; } = [];

    /// <summary>What the guest is to call itself, such as web01.example.org. Without it: as the machine is called. A guest without cloud-init is told so with -Warm alone.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? HostName { get; set; }

    /// <summary>
    /// More cloud-config, such as @{ packages = @('nginx'); runcmd = @('systemctl start nginx') }. Tables go into those that the other parameters make, all else takes their place. What stands under
    /// the key network becomes the guest's network configuration.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public IDictionary? CloudInit { get; set; }

    /// <summary>How it is asked whether it works, as a whole: see New-HealthCheck. In place of the other -Health parameters.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public HealthCheck? HealthCheck { get; set; }

    /// <summary>A command in its guest whose exit code must be 0; one string is run by /bin/sh. Without any question it is healthy when its guest agent answers.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] HealthCommand { get; set; } = [];

    /// <summary>A TCP port in its guest that must take a connection.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int? HealthTcp { get; set; }

    /// <summary>An address such as http://127.0.0.1:8080/ready, asked from inside its guest, whose answer must be 200 to 399.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? HealthHttp { get; set; }

    /// <summary>How long to wait between two questions, in seconds. Without it: 30.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double? HealthIntervalSeconds { get; set; }

    /// <summary>How long an answer may take, in seconds. Without it: 30.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double? HealthTimeoutSeconds { get; set; }

    /// <summary>How long after its start a failure does not count, as long as no question was answered as it should be, in seconds. Without it: 300.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public double? HealthStartPeriodSeconds { get; set; }

    /// <summary>How many failures in a row make it unhealthy. Without it: 3.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public int? HealthRetries { get; set; }

    /// <summary>A file of the host with firmware of your own in place of the BIOS, such as /usr/lib/u-boot/qemu-x86/u-boot.rom; for generation 1 alone. See Set-VMFirmware.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? FirmwarePath { get; set; }

    /// <summary>
    /// The CPU that it has: its host's, X64 or Arm64. One that is not its host's is emulated, slowly, and needs that QEMU and its UEFI on the host (sudo apt-get install qemu-system-arm qemu-efi-aarch64). Arm64 is of
    /// generation 2, and has no VGA, SATA or PS/2.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [PSDefaultValue(Value = VMArchitecture.Host)]
    public VMArchitecture Architecture { get; set; }

    /// <summary>Your own words on it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Notes { get; set; } = "";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var request = new NewVM
        {
            Name = Name,
            ProcessorCount = ProcessorCount,
            Generation = Generation,
            Image = Given(Image),
            Warm = Warm,
            WithAgent = WithAgent,
            FirmwarePath = Given(FirmwarePath),
            Architecture = Architecture,
            VHDPath = Given(VHDPath),
            NewVHDPath = Given(NewVHDPath),
            NewVHDSizeBytes = NewVHDSizeBytes > 0 ? NewVHDSizeBytes : null,
            NoVHD = ParameterSetName == "NoVHD",
            SwitchName = Given(SwitchName),
            IPAddresses = IPAddress,
            Publish = Publish,
            AllowFrom = AllowFrom,
            Notes = Notes,
            AutomaticStartAction = AutomaticStartAction,
            AutomaticStartDelay = Seconds(AutomaticStartDelaySeconds),
            After = After,
            AutomaticStopAction = AutomaticStopAction,
            VideoAdapter = IsGiven(nameof(VideoAdapter)) ? VideoAdapter : null,
            UserName = Given(UserName),
            SshKeys = [.. SshKey.SelectMany(KeysOf)],
            HostName = Given(HostName),
            CloudInit = CloudInitText(),
            Health = HealthOf(HealthParameters.ForMachine(HealthCheck), HealthParameters.CheckOf(HealthCommand, HealthTcp, HealthHttp, HealthIntervalSeconds, HealthTimeoutSeconds, HealthStartPeriodSeconds ?? HealthParameters.MachineStartPeriodSeconds, HealthRetries)),
        };
        if (MemoryStartupBytes != 0)
        {
            request.MemoryStartupBytes = MemoryStartupBytes;
        }

        Make(Methods.NewVM, request, Name, (calls, machine) => WarnOfMissing(calls, machine, After));
    }

    private string CloudInitText()
    {
        try
        {
            return CloudInit is null ? "" : CloudInitJson.Write(CloudInit);
        }
        catch (FormatException e)
        {
            Refuse("InvalidCloudInit", $"Cannot create VM '{Name}': {e.Message}.", CloudInit, "New-VM web01 -Image debian -CloudInit @{ packages = @('nginx') }");
            return "";
        }
    }

    // A key has blanks in it; the name of a file that has keys, of the session's machine, mostly not. Where there is no such file the agent says what is wrong with the text.
    private IEnumerable<string> KeysOf(string text)
    {
        var path = text.Trim();
        if (path.StartsWith("ssh-", StringComparison.Ordinal) || path.IndexOf('\n') >= 0 || !TryFind(path, out var file))
        {
            return path.Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0);
        }

        return File.ReadAllLines(file).Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#');
    }

    private bool TryFind(string path, out string file)
    {
        file = "";
        try
        {
            file = GetUnresolvedProviderPathFromPSPath(path);
            return File.Exists(file);
        }
        catch (Exception e) when (e is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or NotSupportedException or ArgumentException)
        {
            return false;
        }
    }
}
