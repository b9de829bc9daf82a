using System;
using System.IO;
using System.Reflection;

namespace Virt.Session;

/// <summary>Symbolic links of this machine, where the runtime knows them: .NET 6 and later. netstandard2.0 has no word for them, so they are asked for by name.</summary>
internal static class FileLink
{
    private static readonly PropertyInfo? Target = typeof(FileSystemInfo).GetProperty("LinkTarget");
    private static readonly MethodInfo? Maker = Path.DirectorySeparatorChar == '/' ? typeof(File).GetMethod("CreateSymbolicLink", [typeof(string), typeof(string)]) : null;

    /// <summary>True where <see cref="Make"/> makes links; on Windows only administrators may.</summary>
    public static bool CanMake => Maker is not null;

    /// <summary>Where a link leads; null where it is none, or cannot be told.</summary>
    public static string? TargetOf(string path) => (string?)Target?.GetValue(new FileInfo(path));

    /// <summary>True for a link, whatever it leads to.</summary>
    public static bool Is(string path)
    {
        try
        {
            return File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Makes one.</summary>
    /// <exception cref="IOException">Something is there already.</exception>
    public static void Make(string path, string target)
    {
        try
        {
            Maker!.Invoke(null, [path, target]);
        }
        catch (TargetInvocationException e) when (e.InnerException is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException(e.InnerException.Message, e.InnerException);
        }
    }
}
