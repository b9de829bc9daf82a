using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>What goes wrong on this machine while files are copied.</summary>
internal static class CopyProblem
{
    // ENOSPC and EDQUOT: errno(3); ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL of Windows.
    private const int NoSpace = 28;
    private const int QuotaReached = 122;
    private const int HandleDiskFull = 0x27;
    private const int DiskFull = 0x70;

    /// <summary>The error that a cmdlet gives.</summary>
    /// <param name="owner">Whose files: <c>VM 'web01'</c>.</param>
    /// <param name="here">The path on this machine.</param>
    /// <param name="e">What was thrown.</param>
    public static VirtException Of(string owner, string here, System.Exception e)
    {
        var isUnix = Path.DirectorySeparatorChar == '/';
        return e is IOException && (e.HResult & 0xFFFF) is var number && (isUnix ? number is NoSpace or QuotaReached : number is HandleDiskFull or DiskFull)
            ? new VirtException(ErrorCode.ResourceExhausted, "DiskFull", $"Cannot copy files of {owner}: there is no space left for '{here}'.", here, "Get-PSDrive -PSProvider FileSystem", e)
            : new VirtException(ErrorCode.InvalidArgument, "FileNotCopied", $"Cannot copy files of {owner}: {CauseOf(e)}.", here, $"Get-Item '{here}'", e);
    }

    /// <summary>What a warning says of what was left out; null: nothing was.</summary>
    /// <param name="owner">Whose files, as a sentence's beginning: <c>VM 'web01'</c>.</param>
    /// <param name="leftOut">Each with what it is.</param>
    public static string? OfLeftOut(string owner, List<string> leftOut)
    {
        const int Shown = 5;
        var more = leftOut.Count > Shown ? $" and {leftOut.Count - Shown} others" : "";
        return leftOut.Count == 0 ? null : $"{owner}: what is no file, folder or link was not copied: {string.Join(", ", leftOut.GetRange(0, System.Math.Min(Shown, leftOut.Count)))}{more}.";
    }

    // What is copied has another name until it is whole, which is nobody's business.
    private static string CauseOf(System.Exception e) => Own.Replace(e.Message, "").TrimEnd('.');

    private static readonly Regex Own = new(@"[/\\]\.virt-copy-[0-9a-f]{32}", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, System.TimeSpan.FromSeconds(1));
}
