using System;
using System.IO;
using System.Reflection;

namespace Virt.Session;

/// <summary>Permissions of this machine's files, where the runtime knows any: .NET 7 and later on Unix. netstandard2.0 has no word for them, so they are asked for by name.</summary>
internal static class UnixMode
{
    private static readonly MethodInfo? Getter = Find("GetUnixFileMode", typeof(string));
    private static readonly MethodInfo? Setter = Type.GetType("System.IO.UnixFileMode") is { } mode ? Find("SetUnixFileMode", typeof(string), mode) : null;

    /// <summary>A file's permissions; null where there are none.</summary>
    public static int? Of(string path) => Getter is null ? null : Convert.ToInt32(Getter.Invoke(null, [path]), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Sets a file's permissions, where there are any.</summary>
    public static void Set(string path, int mode) => Setter?.Invoke(null, [path, Enum.ToObject(Setter.GetParameters()[1].ParameterType, mode)]);

    /// <summary>What a file is that is neither a regular one, a folder nor a link, such as <c>pipe</c>; null: it is one of these, or the runtime does not know.</summary>
    public static string? SpecialName(string path) => Stat is null || Stat.Invoke(null, [path]) is not { } stat ? null : stat.GetType().GetField("ItemType")?.GetValue(stat)?.ToString() switch
    {
        "NamedPipe" => "pipe",
        "Socket" => "socket",
        "CharacterDevice" or "BlockDevice" => "device",
        _ => null,
    };

    // PowerShell 7 has it on Unix for what Get-ChildItem shows, and not for others.
    private static readonly MethodInfo? Stat = typeof(System.Management.Automation.PSObject).Assembly.GetType("System.Management.Automation.Platform+Unix")
        ?.GetMethod("GetLStat", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, null, [typeof(string)], null);

    private static MethodInfo? Find(string name, params Type[] types) => Path.DirectorySeparatorChar == '/' ? typeof(File).GetMethod(name, types) : null;
}
