using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Vms.Archives;

/// <summary>What an archive says of the machine in it: the file <c>virt-vm.json</c> (docs/adr/0023).</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what another agent did not write.</remarks>
public sealed record VmArchive
{
    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int Newest = 3;

    /// <summary>The version of one that holds only what has changed since a checkpoint.</summary>
    public const int Difference = 3;

    /// <summary>The version of one with further disks, or with a TPM.</summary>
    public const int SeveralDisks = 2;

    /// <summary>The version of one without further disks: agents before those read it too.</summary>
    public const int OneDisk = 1;

    /// <summary>The version of this form.</summary>
    public int FormatVersion { get; set; } = OneDisk;

    /// <summary>Which agent has written it.</summary>
    public string AgentVersion { get; set; } = "";

    /// <summary>When it was written.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>The machine's name.</summary>
    public required string Name { get; init; }

    /// <summary>The machine's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The CPU that its guest is for, as <c>HostFacts.Architecture</c> says it.</summary>
    public required string Architecture { get; init; }

    /// <summary>The checkpoint that it is the machine of; null: it is of a moment that has no name.</summary>
    public Guid? Checkpoint { get; set; }

    /// <summary>The checkpoint since which its disks hold what has changed, and nothing else; null: they hold everything.</summary>
    public Guid? Since { get; set; }

    /// <summary>That one's name.</summary>
    public string SinceName { get; set; } = "";

    /// <summary>It starts the kernel of its image, which must be on the host.</summary>
    public bool NeedsImage { get; set; }

    /// <summary>Its settings, without what only its host can give.</summary>
    public required VmSpec Spec { get; init; }

    /// <summary>Its addresses in its network.</summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];

    /// <summary>The ports that it publishes.</summary>
    public IReadOnlyList<string> Publish { get; set; } = [];

    /// <summary>From where they may be reached.</summary>
    public IReadOnlyList<string> AllowFrom { get; set; } = [];

    /// <summary>Its first disk as the guest sees it; 0: it has none.</summary>
    public long DiskSizeBytes { get; set; }

    /// <summary>Its disks beside the first.</summary>
    public IReadOnlyList<VmArchiveDisk> FurtherDisks { get; set; } = [];

    /// <summary>The files of its disks, in the order of the machine's.</summary>
    public IEnumerable<string> DiskFiles() => Enumerable.Range(DiskSizeBytes == 0 ? 1 : 0, FurtherDisks.Count + (DiskSizeBytes == 0 ? 0 : 1)).Select(VmArchiveFiles.DiskOf);

    /// <summary>The sizes of its disks as the guest sees them, in the same order.</summary>
    public IEnumerable<long> DiskSizes() => FurtherDisks.Select(static disk => disk.SizeBytes).Prepend(DiskSizeBytes).Where(static size => size > 0);

    /// <summary>It has UEFI variables.</summary>
    public bool HasNvram { get; set; }

    /// <summary>The state of its virtual TPM is there.</summary>
    public bool HasTpmState { get; set; }

    /// <summary>A machine's settings, as they are from its next start on, without what only its host can give.</summary>
    /// <param name="spec">The machine.</param>
    /// <param name="network">What its network is called now.</param>
    public static VmSpec Portable(VmSpec spec, string? network)
    {
        spec = (spec with { AddedMemory = [.. (spec.AddedMemory ?? []).Where(static dimm => dimm is not null)] }).FromNextStart();
        return spec with
        {
            Disk = null,
            MaximumMemoryBytes = MaximumOf(spec),
            WatchdogAction = Enum.IsDefined(spec.WatchdogAction) ? spec.WatchdogAction : VMWatchdogAction.None,
            BackingPageSize = spec.BackingPageSize == VMBackingPageSize.Large ? VMBackingPageSize.Large : VMBackingPageSize.Small,
            Network = network,
            Attachment = null,
            AdapterStep = VmPartStep.None,
            Drives = [.. (spec.Drives ?? []).Where(static drive => drive.Type == VMDriveType.Dvd).Take(VmDriveRules.SataPorts).Select(Empty)],
            MacAddress = spec.MacAddress is { } mac && AdapterDevice.IsMacAddress(mac) ? mac : null,
            CpuModel = Vms.CpuModel.IsBaseline(spec.CpuModel) ? spec.CpuModel : null,
            BootOrder = [],
            FirmwarePath = null,
            HasTpm = spec.HasTpm && spec.Generation == 2,
            Manufacturer = Plain(spec.Manufacturer),
            Product = Plain(spec.Product),
            SerialNumber = Plain(spec.SerialNumber),
            AssetTag = Plain(spec.AssetTag),
            AdapterModel = Known(spec.AdapterModel),
            Adapters = [.. (spec.Adapters ?? []).Where(static adapter => adapter.Network is not null).Take(AdapterDevice.Most).Select(Renamed)],
            HotplugPorts = Math.Clamp(spec.HotplugPorts, 0, VmDriveRules.MostHotplugPorts),
            Epoch = 0,
            Move = null,
            StorageMove = null,
            Checkpoint = null,
            Exports = [],
            CheckpointPlan = CheckpointPlanRules.Known(spec.CheckpointPlan),
            Health = spec.Health is { } health && HealthRules.WhatIsWrong(health) is null ? health : null,
        };
    }

    private static long MaximumOf(VmSpec spec) => spec.MaximumMemoryBytes >= spec.MemoryBytes && spec.MaximumMemoryBytes <= VmMemoryRules.MostBytes ? spec.MaximumMemoryBytes : 0;

    private static VmAdapter Renamed(VmAdapter adapter, int number)
    {
        var id = Guid.NewGuid();
        return new VmAdapter
        {
            Id = id,
            Name = FormattableString.Invariant($"nic{number + 1}"),
            Model = Known(adapter.Model),
            Network = adapter.Network,
            MacAddress = adapter.MacAddress is { } mac && AdapterDevice.IsMacAddress(mac) ? mac : Vms.MacAddress.Of(id),
        };
    }

    private static string Plain(string? text) => text is { Length: <= 64 } && text.All(static c => c is >= ' ' and <= '~') ? text : "";

    private static VMNetworkAdapterModel Known(VMNetworkAdapterModel model) => Enum.IsDefined(model) ? model : VMNetworkAdapterModel.Virtio;

    // What is in it is its host's; what it is called is not for an archive to say.
    private static VmDrive Empty(VmDrive drive, int number) => new()
    {
        Id = Guid.NewGuid(),
        Name = FormattableString.Invariant($"dvd{number}"),
        Type = VMDriveType.Dvd,
        Controller = drive.Controller == VMControllerType.SCSI ? VMControllerType.SCSI : VMControllerType.SATA,
        Place = number,
        IsReadOnly = true,
    };

    /// <summary>The file.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, VmArchiveJson.Default.VmArchive);

    /// <summary>Reads the file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">The archive, for errors.</param>
    /// <exception cref="VirtException">DataLoss: it cannot be read. NotSupported: an agent newer than this one has written it.</exception>
    public static VmArchive Read(byte[] bytes, string path)
    {
        try
        {
            using (var document = JsonDocument.Parse(bytes))
            {
                var version = document.RootElement.GetProperty("formatVersion").GetInt32();
                if (version > Newest)
                {
                    throw new VirtException(ErrorCode.NotSupported, "VMArchiveTooNew", $"Cannot import '{path}': its form has the version {version}, and this agent reads {Newest}.", path, "Get-VirtHost | Select-Object Name, AgentVersion");
                }
            }

            var archive = JsonSerializer.Deserialize(bytes, VmArchiveJson.Default.VmArchive);
            return archive is { Name: not null, Architecture: not null, Spec: not null, SinceName: not null, FurtherDisks: { } further, Addresses: { } addresses, Publish: { } publish, AllowFrom: { } allowed } && further.All(static disk => disk is { SizeBytes: > 0 }) && addresses.Concat(publish).Concat(allowed).All(static text => text is not null)
                ? archive
                : throw new JsonException("something in it is null");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw VmArchiveFiles.Damaged(path, $"its '{VmArchiveFiles.Manifest}' cannot be used ({e.Message.TrimEnd('.')})");
        }
    }
}
