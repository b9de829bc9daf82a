using System;
using System.Linq;
using Virt.Protocol;

namespace Virt.Agent.Images.VmImages;

/// <summary>The names of images of virtual machines, such as <c>debian/12</c>, and the folders that they are: pure.</summary>
internal static class VmImageName
{
    private const int Longest = 128;
    private const string Slash = "%2F";

    /// <summary>The name of a folder; what no name has in it stays as it is.</summary>
    public static string OfFolder(string folder) => folder.Replace(Slash, "/", StringComparison.Ordinal);

    /// <summary>The folder of a name: one, whatever slashes are in it.</summary>
    public static string ToFolder(string name) => name.Replace("/", Slash, StringComparison.Ordinal);

    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static void Check(string verb, string name)
    {
        if (name.Length is 0 or > Longest || !name.Split('/').All(static part => part.Length > 0 && char.IsAsciiLetterOrDigit(part[0]) && part.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+')))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "InvalidName",
                $"Cannot {verb} VM image '{name}': a name has 1 to {Longest} letters, digits, dots, dashes, underscores and plus signs, with slashes between parts that each begin with a letter or digit.",
                name,
                "Use a name such as 'debian/12'.");
        }
    }
}
