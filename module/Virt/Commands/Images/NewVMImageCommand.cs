using System;
using System.IO;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes images of virtual machines.</summary>
/// <remarks>
/// Of a virtual machine (-VMName), or by an installer that is in an ISO image (-IsoPath).
/// Copies the disks of a virtual machine that is off, all but what is in DVD drives, into an image, which stands on nothing else, and makes the copy forget whose it was: machine id, SSH host keys, what belongs to its network adapter, and what cloud-init remembers.
/// The machine itself stays as it is. To forget, the copy comes up once in the background without a network, and does it by its guest agent; the property Sealed of the image says what was there and is gone. A guest without a guest
/// agent cannot: that is an error, and -NoSeal copies the disks as they are. Names in the guest's files, users, and passwords are not touched.
/// With -Distribution it makes an image of the packages of Debian or Ubuntu, by mmdebstrap, e2fsprogs and mtools, which have to be installed on the host: a disk that machines of both generations start, also with secure boot, with a kernel for machines
/// (a linux-image package in -Package takes its place), the QEMU guest agent, DHCP on every adapter, a root that grows with the disk, and consoles on which root comes in without a password, which it has not got. With cloud-init among the packages the
/// image takes what New-VM -UserName, -SshKey and -CloudInit say.
/// With -IsoPath the installer comes up in the background with an empty disk, and finds the answers to its questions where its system looks for them, by the name of the file: preseed.cfg or *.preseed (Debian, in its initramfs), ks.cfg
/// or *.ks (Fedora, Red Hat) and autoinst.xml (SUSE) on a disk called OEMDRV, user-data, *.yaml or *.yml (Ubuntu, cloud-init) on one called CIDATA, autounattend.xml or unattend.xml (Windows). The answers must tell it to power off when
/// it is done: then the disk becomes the image. It may start itself anew in between, but where its kernel is started directly (Debian, Ubuntu with user-data, and with -KernelParameter) that is its end too. The progress shows how much
/// is installed, and the last line of the serial console. What was installed then comes up once more, without the ISO image and a network, to forget whose it is as a machine's copy does; where it has no guest agent the image stays as
/// the installer has left it, with a warning, and the property SealProblem says why.
/// </remarks>
/// <example>
/// <code>New-VMImage web/1 -VMName web01 -NoSeal -Description 'The web server as it was in November'</code>
/// <para>Makes an image that is the same as the machine's disks.</para>
/// </example>
/// <example>
/// <code>Get-VM web02 | New-VMImage web/2 -TimeoutSeconds 120</code>
/// <para>Makes an image of a machine. Each machine that is made from it becomes another one.</para>
/// </example>
/// <example>
/// <code>New-VMImage web/3 -Distribution bookworm -Package openssh-server, nginx -SizeBytes 10GB -WhatIf</code>
/// <para>Looks whether an image of Debian 12 with a web server can be made on this host. Without -WhatIf it is made, of packages that come from a mirror.</para>
/// </example>
/// <example>
/// <code>New-VMImage debian/12 -IsoPath /tmp/iso/debian-12.iso -AnswerFile /tmp/iso/preseed.cfg -SwitchName user -SizeBytes 8GB -KernelParameter language=en, country=CH -WhatIf</code>
/// <para>Would make an image by Debian's installer, with what a preseed file on this computer says.</para>
/// </example>
/// <example>
/// <code>New-VMImage windows/2025 -IsoPath /tmp/iso/windows-2025.iso -DriverIsoPath /tmp/iso/virtio-win.iso -AnswerFile /tmp/iso/autounattend.xml -MemoryStartupBytes 4GB -ProcessorCount 4 -SizeBytes 60GB -NoSeal -WhatIf</code>
/// <para>Would make an image of Windows, whose installer finds the drivers of its disk and its adapter on a second ISO image. Sysprep, in the answer file, does there what sealing does elsewhere.</para>
/// </example>
// By default an object: PowerShell would stay with the set whose parameters are bound by property name, as ComputerName is, and miss VMName.
[Cmdlet(VerbsCommon.New, "VMImage", DefaultParameterSetName = ParameterSets.InputObject, SupportsShouldProcess = true)]
[OutputType(typeof(VMImage))]
public sealed class NewVMImageCommand : NewCommand
{
    private const string DistributionSet = "Distribution";
    private const string IsoSet = "Iso";
    private const int SealSeconds = 300;
    private const int InstallSeconds = 7200;

    /// <summary>What the image will be called, such as web/1.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>The virtual machine, which must be off.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Alias("VM")]
    [ArgumentCompleter(typeof(VMNameCompleter))]
    public string VMName { get; set; } = "";

    /// <summary>The virtual machine, as Get-VM gives it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ParameterSets.InputObject)]
    [Kind(typeof(VM))]
    public VM InputObject { get; set; } = new();

    /// <summary>The ISO image of an installer, a full path on the host.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    public string IsoPath { get; set; } = "";

    /// <summary>The file on this computer that answers the installer's questions; its name says whose it is.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    public string? AnswerFile { get; set; }

    /// <summary>The ISO image of drivers that the installer needs, a full path on the host.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    public string? DriverIsoPath { get; set; }

    /// <summary>What the installer's kernel is told beside what it must be: of Debian's and Ubuntu's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    public string[] KernelParameter { get; set; } = [];

    /// <summary>The size of the image's disk, such as 20GB. Without it: 20GB, or 8GB of a distribution, whose root grows in a machine with a larger disk. It costs only what stands on it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    [ByteSize]
    public long SizeBytes { get; set; } = 20L << 30;

    /// <summary>The memory that the installer has, such as 4GB.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    [ByteSize]
    public long MemoryStartupBytes { get; set; } = 2L << 30;

    /// <summary>The installer's virtual processors, 1 to 240.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    public int ProcessorCount { get; set; } = 1;

    /// <summary>1 boots by BIOS, 2 by UEFI: the installer, and the machines that are made from the image.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    [ValidateSet("1", "2")]
    public int Generation { get; set; } = 2;

    /// <summary>The installer's network: one that New-VirtNetwork has made, isolated (nobody to talk to; also where it is left away), user (QEMU's own NAT), or none.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    [Alias("Network")]
    [ArgumentCompleter(typeof(VMNetworkNameCompleter))]
    public string? SwitchName { get; set; }

    /// <summary>A distribution of Debian or Ubuntu, such as bookworm.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string? Distribution { get; set; }

    /// <summary>Packages to install beside those that a machine needs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string[] Package { get; set; } = [];

    /// <summary>Where the packages come from: addresses, or lines of sources.list such as 'deb [signed-by=/etc/apt/keyrings/own.gpg] http://localhost/debian bookworm main'. Without it: the host's own sources where it has some of the distribution, else the distribution's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string[] Mirror { get; set; } = [];

    /// <summary>The components of mirrors that are addresses, such as main, universe. Without it: main.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string[] Component { get; set; } = [];

    /// <summary>What its machines are called at first. Without it: as the distribution, such as debian.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string? HostName { get; set; }

    /// <summary>Your own words on it. Without it: those on the image that the machine was made from, or the distribution's name and the packages.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Description { get; set; } = "";

    /// <summary>Copy the disk as it is, with all that tells its guest from others.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    public SwitchParameter NoSeal { get; set; }

    /// <summary>How long the copy of the guest may take to come up, and again to shut down: five minutes where it is left away; with -IsoPath how long the installer may take: two hours.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Name)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = IsoSet)]
    [ValidateRange(1, 86400)]
    public int TimeoutSeconds { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == DistributionSet)
        {
            Make(
                Methods.NewVMImage,
                new NewVMImage { Name = Name, Description = Description, Distribution = Distribution ?? "", Packages = Package, Mirrors = Mirror, Components = Component, SizeBytes = IsGiven(nameof(SizeBytes)) ? SizeBytes : 8L << 30, HostName = Given(HostName) ?? "" },
                Name);
            return;
        }

        if (ParameterSetName == IsoSet)
        {
            Install();
            return;
        }

        var isObject = ParameterSetName == ParameterSets.InputObject;
        var request = new NewVMImage
        {
            Name = Name,
            VMId = isObject ? InputObject.Id : Guid.Empty,
            VMName = isObject ? InputObject.Name : VMName,
            Description = Description,
            NoSeal = NoSeal,
            Timeout = Seconds(TimeoutSeconds > 0 ? TimeoutSeconds : SealSeconds),
        };
        var hosts = isObject && InputObject.ComputerName.Length > 0 ? [InputObject.ComputerName] : HostNames;
        ForEachHost(hosts, host => Guard(isObject ? InputObject : VMName, () => Change(host, new Target(Guid.Empty, Name, isObject ? InputObject : Name), Methods.NewVMImage, request)));
    }

    private void Install()
    {
        InstallVMImage? request = null;
        Guard(AnswerFile ?? IsoPath, () => request = Request());
        if (request is not null)
        {
            ForEachHost(HostNames, host => Guard(Name, () => Change(host, new Target(Guid.Empty, Name, Name), Methods.InstallVMImage, request, follow: (_, image) => Told(image))));
        }
    }

    private InstallVMImage Request()
    {
        var answers = Given(AnswerFile) is { } path ? AskUser(() => GetUnresolvedProviderPathFromPSPath(path)) : null;
        return new InstallVMImage
        {
            Name = Name,
            IsoPath = IsoPath,
            AnswerFileName = answers is null ? "" : Path.GetFileName(answers),
            AnswerFile = answers is null ? [] : Read(answers),
            DriverIsoPath = Given(DriverIsoPath),
            KernelParameters = KernelParameter,
            SizeBytes = SizeBytes,
            MemoryBytes = MemoryStartupBytes,
            ProcessorCount = ProcessorCount,
            Generation = Generation,
            SwitchName = Given(SwitchName),
            Description = Description,
            NoSeal = NoSeal,
            Timeout = Seconds(TimeoutSeconds > 0 ? TimeoutSeconds : InstallSeconds),
        };
    }

    private byte[] Read(string answers)
    {
        try
        {
            return File.ReadAllBytes(answers);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VirtException(ErrorCode.NotFound, "AnswerFileNotFound", $"Cannot create VM image '{Name}': its answer file cannot be read ({e.Message.TrimEnd('.')}).", AnswerFile, $"Get-Item '{AnswerFile}'");
        }
    }

    private VMImage Told(VMImage image)
    {
        if (image.SealProblem.Length > 0)
        {
            Warn($"Image '{image.Name}' is as its installer has left it, with a machine id and host keys that all its machines will share. {image.SealProblem}");
        }

        return image;
    }
}
