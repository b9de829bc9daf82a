using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Virt.Protocol;

namespace Virt.Agent.Containers.Archives;

/// <summary>What an archive says of the container in it: the file <c>virt-container.json</c> beside an OCI layout (docs/adr/0018).</summary>
/// <remarks>What has a default is set and not init: the generated reader would give null for what another agent did not write.</remarks>
public sealed record ContainerArchive
{
    /// <summary>The file's name.</summary>
    public const string FileName = "virt-container.json";

    /// <summary>The annotation of the image in the index that has the file's digest.</summary>
    public const string Annotation = "virt.container";

    /// <summary>The version that is written, and the newest that is read.</summary>
    public const int Newest = 1;

    /// <summary>The version of this form.</summary>
    public int FormatVersion { get; set; } = Newest;

    /// <summary>Which agent has written it.</summary>
    public string AgentVersion { get; set; } = "";

    /// <summary>When it was written.</summary>
    public DateTimeOffset Created { get; set; }

    /// <summary>The container's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its image.</summary>
    public required ArchivedImage Image { get; init; }

    /// <summary>The layers over its image, the uppermost first.</summary>
    public IReadOnlyList<ArchivedLayer> Layers { get; set; } = [];

    /// <summary>What it has written over all that; null: it was never started.</summary>
    public ArchivedBlob? Writes { get; set; }

    /// <summary>Its settings, without what only its host can give.</summary>
    public required ContainerSpec Spec { get; init; }

    /// <summary>The ports that it publishes.</summary>
    public IReadOnlyList<string> Publish { get; set; } = [];

    /// <summary>From where they may be reached.</summary>
    public IReadOnlyList<string> AllowFrom { get; set; } = [];

    /// <summary>The file.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, ContainerArchiveJson.Default.ContainerArchive);

    /// <summary>Reads the file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">The archive, for errors.</param>
    /// <exception cref="VirtException">DataLoss: it cannot be read. NotSupported: an agent newer than this one has written it.</exception>
    public static ContainerArchive Read(byte[] bytes, string path)
    {
        try
        {
            using (var document = JsonDocument.Parse(bytes))
            {
                var version = document.RootElement.GetProperty("formatVersion").GetInt32();
                if (version > Newest)
                {
                    throw new VirtException(ErrorCode.NotSupported, "ContainerArchiveTooNew", $"Cannot import '{path}': its form has the version {version}, and this agent reads {Newest}.", path, "Get-VirtHost | Select-Object Name, AgentVersion");
                }
            }

            var archive = JsonSerializer.Deserialize(bytes, ContainerArchiveJson.Default.ContainerArchive) ?? throw new JsonException("it is null");
            return HasNothingMissing(archive) ? archive : throw new JsonException("a list in it has an element that is null");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new VirtException(ErrorCode.DataLoss, "ContainerArchiveDamaged", $"Cannot import '{path}': its '{FileName}' cannot be used ({e.Message.TrimEnd('.')}).", path, "Write it again: Export-Container.", e);
        }
    }

    // The reader looks at properties, and not into lists.
    private static bool HasNothingMissing(ContainerArchive archive)
    {
        var spec = archive.Spec;
        IEnumerable<object?>[] lists =
        [
            archive.Layers, archive.Publish, archive.AllowFrom, spec.Command, spec.Environment.Values, spec.Labels.Values, spec.Volumes, spec.Adapters, spec.Dns, spec.DnsSearch, spec.DnsOptions, spec.Tmpfs, spec.Devices,
            spec.Ulimits, spec.Sysctls.Values, spec.AdditionalGroups, spec.BlockIO, spec.After, spec.ExtraHosts.Select(static host => host.Key), spec.ExtraHosts.Select(static host => host.Value), spec.Health?.Command ?? [],
        ];
        return lists.All(static list => list.All(static one => one is not null));
    }
}
