using System;
using System.IO;
using System.Text;
using Virt.Agent.Vms.Seeds;
using Virt.Protocol;

namespace Virt.Agent.Vms.Install;

/// <summary>
/// An answer file, and the disk that its installer finds it on: pure. Whose it is is told by its name. Sources: Debian's installation guide, appendix B.2; the Anaconda documentation, inst.ks and OEMDRV; the AutoYaST guide, Label;
/// cloud-init's documentation, NoCloud; Microsoft, Windows Setup Automation Overview, Implicit Answer File Search Order.
/// </summary>
/// <param name="Kind">Whose it is.</param>
/// <param name="Bytes">What is in it.</param>
internal sealed record AnswerFile(AnswerKind Kind, byte[] Bytes)
{
    /// <summary>How Debian's installer calls it.</summary>
    public const string PreseedName = "preseed.cfg";

    /// <summary>The most that one may have.</summary>
    public const int MostBytes = 1 << 20;

    private const string Oemdrv = "OEMDRV";
    private const string Known = "preseed.cfg or *.preseed (Debian), ks.cfg or *.ks (Fedora, Red Hat), autoinst.xml (SUSE), user-data, *.yaml or *.yml (Ubuntu, cloud-init), autounattend.xml or unattend.xml (Windows)";

    private string DiskName { get; init; } = "";

    /// <summary>An answer file by its name; without a name there is none.</summary>
    /// <param name="image">The image that is to be made, for errors.</param>
    /// <param name="name">The file's name, without folders.</param>
    /// <param name="bytes">What is in it.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static AnswerFile Of(string image, string name, byte[] bytes)
    {
        if (name.Length == 0)
        {
            return new AnswerFile(AnswerKind.None, []);
        }

        if (bytes.Length is 0 or > MostBytes)
        {
            throw InstallErrors.Bad(image, "InvalidAnswerFile", FormattableString.Invariant($"its answer file '{name}' has {bytes.Length} bytes; 1 to {MostBytes} are allowed"), $"Get-Item '{name}'");
        }

        var lower = name.ToLowerInvariant();
        return (lower, Path.GetExtension(lower)) switch
        {
            (PreseedName, _) or (_, ".preseed") => new AnswerFile(AnswerKind.Preseed, bytes),
            ("ks.cfg", _) or (_, ".ks") => new AnswerFile(AnswerKind.Oemdrv, bytes) { DiskName = "ks.cfg" },
            ("autoinst.xml", _) => new AnswerFile(AnswerKind.Oemdrv, bytes) { DiskName = "autoinst.xml" },
            ("user-data", _) or (_, ".yaml" or ".yml") => new AnswerFile(AnswerKind.CloudInit, bytes) { DiskName = "user-data" },
            ("autounattend.xml" or "unattend.xml", _) => new AnswerFile(AnswerKind.Windows, bytes) { DiskName = "autounattend.xml" },
            _ => throw InstallErrors.Bad(image, "InvalidAnswerFile", $"nobody knows whose answer file '{name}' is: {Known} are known by their names", $"New-VMImage {image} -IsoPath … -AnswerFile ./preseed.cfg"),
        };
    }

    /// <summary>Its installer finds it on a disk.</summary>
    public bool HasDisk => DiskName.Length > 0;

    /// <summary>The disk that its installer finds it on; null: it is not found on one.</summary>
    public byte[]? Disk() => Kind switch
    {
        AnswerKind.CloudInit => IsoImage.Of(SeedText.Label, [(DiskName, Bytes), ("meta-data", Encoding.ASCII.GetBytes("instance-id: install\n"))]),
        AnswerKind.Oemdrv or AnswerKind.Windows => IsoImage.Of(Oemdrv, [(DiskName, Bytes)]),
        _ => null,
    };
}
