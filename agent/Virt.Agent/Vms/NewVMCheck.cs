using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Agent.Common;
using Virt.Agent.Images;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>What a request for a new machine must keep to, as far as the request alone tells.</summary>
internal static class NewVMCheck
{
    /// <summary>QEMU's own network.</summary>
    public const string UserNetwork = "user";

    /// <summary>The network of a machine that was not told otherwise: an address by DHCP, and nobody to talk to.</summary>
    public const string IsolatedNetwork = "isolated";

    /// <summary>The name that asks for no network adapter.</summary>
    public const string NoNetwork = "none";

    private const long LeastMemory = 32L << 20;

    // UEFI of arm64 ends at once where it has less than 128 MB, and an emulated machine has a little less than was asked for (QemuArguments.OddBytes). Source: PcdSystemMemorySize of edk2's ArmVirtPkg.
    private const long LeastMemoryOfArm = 132L << 20;

    private const long LeastDisk = 1L << 20;
    private const long MostDisk = 64L << 40;
    private const int MostProcessors = 240;
    private static readonly TimeSpan MostDelay = TimeSpan.FromDays(1);

    /// <exception cref="VirtException">InvalidArgument; NotFound (the network); NotSupported.</exception>
    public static void Check(NewVM request, long hostMemory, Architecture architecture)
    {
        var name = request.Name;
        ResourceName.Check("create", "VM", name);
        CheckSize("create", name, request.MemoryStartupBytes, request.ProcessorCount, hostMemory, architecture);
        CheckAutomatic("create", name, request.AutomaticStartDelay, request.After);
        CheckHealth("create", name, request.Health);
        if (request.Generation is not (1 or 2))
        {
            throw Bad(name, "InvalidGeneration", $"its generation is {request.Generation}; 1 (BIOS) and 2 (UEFI) are allowed", $"New-VM -Name {name} -Generation 2");
        }

        if (request.Generation == 1 && architecture == Architecture.Arm64)
        {
            throw new VirtException(ErrorCode.NotSupported, "GenerationNotSupported", $"Cannot create VM '{name}': its CPU is arm64, which has no BIOS; generation 2 is required.", name, $"New-VM -Name {name} -Architecture Arm64 -Generation 2");
        }

        CheckNetwork(request);
        CheckDisk(request);
    }

    /// <summary>Memory and processors.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckSize(string verb, string name, long? memory, int? processors, long hostMemory, Architecture architecture)
    {
        if (WhatIsWrong(memory, processors, hostMemory, architecture) is { } wrong)
        {
            throw Bad(name, wrong.Id, wrong.Why, $"{CommandOf(verb)}-VM -Name {name} {wrong.Parameter}", verb);
        }
    }

    /// <summary>What is wrong with memory and processors; null: nothing.</summary>
    public static (string Id, string Why, string Parameter)? WhatIsWrong(long? memory, int? processors, long hostMemory, Architecture architecture) =>
        memory is { } bytes && (bytes < LeastMemoryOf(architecture) || bytes > hostMemory)
            ? ("InvalidMemory", $"its memory is {ByteText.Of(bytes)}; {ByteText.Of(LeastMemoryOf(architecture))} to {ByteText.Of(hostMemory)} are allowed {(architecture == Architecture.Arm64 ? "for arm64 " : "")}on this host", "-MemoryStartupBytes 512MB")
            : processors is < 1 or > MostProcessors ? ("InvalidProcessorCount", $"its processor count is {processors}; 1 to {MostProcessors} are allowed", "-ProcessorCount 2")
            : null;

    private static long LeastMemoryOf(Architecture architecture) => architecture == Architecture.Arm64 ? LeastMemoryOfArm : LeastMemory;

    /// <summary>What is wrong with the size of a disk; null: nothing.</summary>
    public static string? WhatIsWrong(long? diskBytes) =>
        diskBytes is { } size and (< LeastDisk or > MostDisk) ? $"its disk's size is {ByteText.Of(size)}; {ByteText.Of(LeastDisk)} to {ByteText.Of(MostDisk)} are allowed" : null;

    /// <summary>What is done with it when its host starts.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckAutomatic(string verb, string name, TimeSpan? delay, string[]? after)
    {
        if (delay is { } wait && (wait < TimeSpan.Zero || wait > MostDelay))
        {
            throw Bad(name, "InvalidStartDelay", FormattableString.Invariant($"it would be started {wait.TotalSeconds:0} s after its host; 0 to {MostDelay.TotalSeconds:0} are allowed"), $"{CommandOf(verb)}-VM -Name {name} -AutomaticStartDelaySeconds 30", verb);
        }

        if (after?.Contains(name, StringComparer.OrdinalIgnoreCase) == true)
        {
            throw Bad(name, "InvalidAfter", "it cannot be started after itself", $"{CommandOf(verb)}-VM -Name {name} -After db01", verb);
        }
    }

    /// <summary>How its checkpoints are made.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckCheckpointType(string verb, string name, VMCheckpointType? type)
    {
        if (type is { } wanted && !Enum.IsDefined(wanted))
        {
            throw Bad(name, "InvalidCheckpointType", $"this agent knows no checkpoint type {wanted}", $"Set-VM -Name {name} -CheckpointType Standard", verb);
        }
    }

    /// <summary>What becomes of it when its watchdog runs out.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotSupported: not on this architecture.</exception>
    public static void CheckWatchdogAction(string verb, string name, VMWatchdogAction action, Architecture architecture)
    {
        if (action == VMWatchdogAction.InjectNmi && architecture == Architecture.Arm64)
        {
            throw new VirtException(ErrorCode.NotSupported, "WatchdogActionNotSupported", $"Cannot {verb} VM '{name}': its CPU is arm64, which has no interrupt that cannot be masked.", name, $"Set-VM -Name {name} -WatchdogAction Reset");
        }

        if (!Enum.IsDefined(action))
        {
            throw Bad(name, "InvalidWatchdogAction", $"this agent knows no watchdog action {action}", $"Set-VM -Name {name} -WatchdogAction Reset", verb);
        }
    }

    /// <summary>How its guest is asked whether it works.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckHealth(string verb, string name, HealthCheck? check)
    {
        if (check is not null && HealthRules.WhatIsWrong(check) is { } wrong)
        {
            throw Bad(name, "Invalid" + wrong.Parameter, wrong.Why, $"{CommandOf(verb)}-VM -Name {name} {wrong.Action}", verb);
        }
    }

    private static string CommandOf(string verb) => verb == "create" ? "New" : "Set";

    /// <summary>The network that is asked for: <see cref="IsolatedNetwork"/> where none is named; null for <c>none</c>; what is not QEMU's own is one of the host's.</summary>
    public static string? NetworkOf(string? switchName) => switchName?.ToLowerInvariant() switch
    {
        null or IsolatedNetwork => IsolatedNetwork,
        UserNetwork => UserNetwork,
        NoNetwork => null,
        _ => switchName,
    };

    /// <summary>A network of the host, and not one that QEMU makes for a machine alone.</summary>
    public static bool IsShared(string? network) => network is not (null or IsolatedNetwork or UserNetwork);

    /// <exception cref="VirtException">InvalidArgument; NotSupported.</exception>
    public static void CheckNetwork(NewVM request, string verb = "create")
    {
        var (name, network) = (request.Name, NetworkOf(request.SwitchName));
        if (string.Equals(network, "host", StringComparison.OrdinalIgnoreCase))
        {
            throw new VirtException(ErrorCode.NotSupported, "NetworkNotSupported", $"Cannot {verb} VM '{name}': a VM cannot be in the host's own network; '{UserNetwork}' reaches it.", name, $"New-VM -Name {name} -Network {UserNetwork}");
        }

        if (!IsShared(network) && request.IPAddresses.Length + request.Publish.Length > 0)
        {
            throw Bad(name, request.Publish.Length > 0 ? "InvalidPublish" : "InvalidIPAddress", $"in the network '{network ?? NoNetwork}' it has no address that could be given or led to", $"New-VM -Name {name} -Network lan", verb);
        }

        if (request.AllowFrom.Length > 0 && request.Publish.Length == 0)
        {
            throw Bad(name, "InvalidAllowFrom", "there are no published ports that somebody could come to", $"New-VM -Name {name} -Network lan -Publish 8080:80 -AllowFrom 10.0.0.0/8");
        }
    }

    /// <exception cref="VirtException">NotSupported: it is for another CPU.</exception>
    public static void CheckImage(string name, StoredImage<VmImageManifest> image, Architecture architecture)
    {
        var own = MachineArchitecture.TextOf(architecture);
        if (image.Manifest.Architecture.Length > 0 && image.Manifest.Architecture != own)
        {
            throw new VirtException(ErrorCode.NotSupported, "ArchitectureNotSupported", $"Cannot create VM '{name}': image '{image.Name}' is for {image.Manifest.Architecture}; the machine's CPU is {own}.", image.Name, MachineArchitecture.Named(image.Manifest.Architecture) is { } other ? $"New-VM -Name {name} -Image {image.Name} -Architecture {other}" : "Get-VMImage");
        }
    }

    /// <summary>What starts from a booted state: an image whose guest can be told over its agent that it is another one now.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotSupported.</exception>
    public static void CheckWarm(NewVM request, StoredImage<VmImageManifest>? image)
    {
        var name = request.Name;
        if (!request.Warm)
        {
            return;
        }

        if (image is null)
        {
            throw Bad(name, "WarmWithoutImage", "only what is made from an image can start from an image's booted state", $"New-VM -Name {name} -Image starter -Warm");
        }

        if ((request.UserName is not null ? "-UserName" : request.SshKeys.Length > 0 ? "-SshKey" : request.CloudInit.Length > 0 ? "-CloudInit" : null) is { } cold)
        {
            throw Bad(name, "WarmWithSeed", $"{cold} is for the first time that a guest comes up, and with -Warm it has come up already", $"New-VM -Name {name} -Image {image.Name} {cold} …, without -Warm");
        }

        if (request.FirmwarePath is not null)
        {
            throw Bad(name, "WarmWithFirmware", "with -Warm no firmware starts anything", $"New-VM -Name {name} -Image {image.Name} -FirmwarePath …, without -Warm");
        }

        if (image.Manifest.FurtherDisks.Count > 0)
        {
            throw new VirtException(ErrorCode.NotSupported, "WarmNeedsOneDisk", $"Cannot create VM '{name}': image '{image.Name}' has {image.Manifest.FurtherDisks.Count + 1} disks, and a booted state holds one.", image.Name, $"New-VM -Name {name} -Image {image.Name}");
        }

        if (!image.Manifest.GuestAgent)
        {
            throw new VirtException(ErrorCode.NotSupported, "WarmNeedsGuestAgent", $"Cannot create VM '{name}': image '{image.Name}' has no guest agent, by which its guest would be told that it is another one now.", image.Name, $"New-VM -Name {name} -Image {image.Name}");
        }
    }

    /// <summary>The next multiple of a step.</summary>
    public static long RoundUp(long value, long step) => (value + step - 1) / step * step;

    private static void CheckDisk(NewVM request)
    {
        var name = request.Name;
        var isNew = request.NewVHDPath is not null || request.NewVHDSizeBytes is not null;
        if ((request.NoVHD ? 1 : 0) + (request.VHDPath is not null ? 1 : 0) + (isNew ? 1 : 0) > 1)
        {
            throw Bad(name, "AmbiguousDisk", "a new disk, an existing disk and no disk exclude each other", $"New-VM -Name {name} -NewVHDSizeBytes 4GB");
        }

        CheckDiskRequest("create", name, request.VHDPath, null);
        CheckDiskRequest("create", name, request.NewVHDPath, request.NewVHDSizeBytes);
    }

    /// <summary>Where a disk is, or is to be, and how large.</summary>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void CheckDiskRequest(string verb, string name, string? path, long? sizeBytes)
    {
        if (path is not null && (!Path.IsPathFullyQualified(path) || path.Contains('\0')))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidPath", $"Cannot {verb} VM '{name}': the disk's path '{path}' is not a full path on the host.", path, verb == "create" ? $"New-VM -Name {name} -VHDPath '/var/lib/virt/disks/{name}.qcow2'" : $"Add-VMHardDiskDrive {name} -Path '/var/lib/virt/disks/{name}-1.qcow2'");
        }

        if (WhatIsWrong(sizeBytes) is { } wrong)
        {
            throw Bad(name, "InvalidDiskSize", wrong, verb == "create" ? $"New-VM -Name {name} -NewVHDSizeBytes 4GB" : $"Add-VMHardDiskDrive {name} -SizeBytes 4GB", verb);
        }
    }

    /// <summary>What the machine shows its screen by. A VGA adapter costs a guest no time that can be measured while it boots, and a picture can always be taken.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotSupported: there is none on this architecture.</exception>
    public static VMVideoAdapter VideoAdapterOf(NewVM request, Architecture architecture)
    {
        var isArm = architecture == Architecture.Arm64;
        var adapter = request.VideoAdapter ?? (isArm ? VMVideoAdapter.None : VMVideoAdapter.VGA);
        return adapter switch
        {
            VMVideoAdapter.VGA when isArm => throw new VirtException(ErrorCode.NotSupported, "VideoAdapterNotSupported", $"Cannot create VM '{request.Name}': its CPU is arm64, which has no VGA; Virtio or None is required.", request.Name, $"New-VM -Name {request.Name} -Architecture Arm64 -VideoAdapter Virtio"),
            VMVideoAdapter.None or VMVideoAdapter.VGA or VMVideoAdapter.Virtio => adapter,
            _ => throw Bad(request.Name, "InvalidVideoAdapter", $"its video adapter is {adapter}; None, VGA and Virtio are allowed", $"New-VM -Name {request.Name} -VideoAdapter VGA"),
        };
    }

    internal static VirtException Bad(string name, string id, string why, string action, string verb = "create") =>
        new(ErrorCode.InvalidArgument, id, $"Cannot {verb} VM '{name}': {why}.", name, action);
}
