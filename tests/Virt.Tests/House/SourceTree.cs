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

    /// <summary>Every text file.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } = Read(RepositoryRoot.Path).ToList();

    /// <summary>The C# files under any of the folders.</summary>
    public static IEnumerable<SourceFile> CSharp(params string[] folders) =>
        Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal) && folders.Any(file.IsUnder));

    public static IEnumerable<SourceFile> Projects => Files.Where(static file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    private static IEnumerable<SourceFile> Read(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder).Where(static path => TextExtensions.Contains(Path.GetExtension(path))))
        {
            yield return new SourceFile(Path.GetRelativePath(RepositoryRoot.Path, path).Replace('\\', '/'), File.ReadAllText(path));
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
