using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Virt.Tests.House;

/// <summary>The repository's files: all that git would have, which is all but what the builds write.</summary>
internal static class SourceTree
{
    private static readonly string[] Written = [".git", "out", ".vs", ".idea"];
    private static readonly string[] TextExtensions =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".sh", ".c", ".h", ".ps1", ".psd1", ".psm1", ".ps1xml", ".xml", ".yml", ".service", ".socket", ".conf", ""];

    /// <summary>The folder that VirtTools.sln stands in.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Every text file.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } = Read(Root).ToList();

    /// <summary>The C# files under any of the folders.</summary>
    public static IEnumerable<SourceFile> CSharp(params string[] folders) =>
        Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && folders.Any(file.IsUnder));

    public static IEnumerable<SourceFile> Projects => Files.Where(static file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "VirtTools.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"VirtTools.sln stands in no folder above {AppContext.BaseDirectory}.");
    }

    private static IEnumerable<SourceFile> Read(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder).Where(static path => TextExtensions.Contains(Path.GetExtension(path))))
        {
            yield return new SourceFile(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path));
        }

        foreach (var inner in Directory.EnumerateDirectories(folder).Where(static inner => !Written.Contains(Path.GetFileName(inner))))
        {
            foreach (var file in Read(inner))
            {
                yield return file;
            }
        }
    }
}
