using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>A file, folder or link below a folder of a guest, as the guest lists it.</summary>
/// <param name="Path">Below the folder: <c>sub/file</c>.</param>
/// <param name="Mode">What it is and its permissions, as in st_mode.</param>
/// <param name="SizeBytes">How many bytes it has.</param>
/// <param name="ModifiedTime">When it was last changed.</param>
internal sealed record GuestFile(string Path, int Mode, long SizeBytes, DateTimeOffset ModifiedTime)
{
    /// <summary>The bits of a mode that chmod(2) knows.</summary>
    public const int Permissions = 0xFFF;

    private const string Top = "./";
    private const long LatestSecond = 253_402_300_799; // of the year 9999

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>What it is; null: what is not copied.</summary>
    public FileKind? Kind => KindOf(Mode);

    /// <summary>What a mode is of; null: a device, a socket or a pipe. Source: inode(7).</summary>
    public static FileKind? KindOf(int mode) => (mode & 0xF000) switch { 0x8000 => FileKind.File, 0x4000 => FileKind.Folder, 0xA000 => FileKind.Link, _ => null };

    /// <summary>Reads what <see cref="GuestScripts.List"/> writes, a folder before what is in it.</summary>
    /// <param name="output">Records of mark, mode, size, time and name; names may have line ends.</param>
    /// <param name="mark">What begins each record, which no name has.</param>
    /// <exception cref="FormatException">It is no such list, or a name is no text.</exception>
    public static IReadOnlyList<GuestFile> Parse(byte[] output, string mark)
    {
        string text;
        try
        {
            text = Strict.GetString(output);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("a name in it is not UTF-8", e);
        }

        var files = new List<GuestFile>();
        foreach (var record in text.Split(mark + " ", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = (record.EndsWith('\n') ? record[..^1] : record).Split(' ', 4);
            if (fields.Length != 4
                || !int.TryParse(fields[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mode)
                || !long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                || !long.TryParse(fields[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            {
                throw new FormatException("its list of files cannot be read");
            }

            if (fields[3].StartsWith(Top, StringComparison.Ordinal))
            {
                files.Add(new GuestFile(fields[3][Top.Length..], mode, size, DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, LatestSecond))));
            }
        }

        return files;
    }
}
