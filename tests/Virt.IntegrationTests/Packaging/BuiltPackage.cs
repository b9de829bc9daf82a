using System;
using System.IO;
using System.Linq;
using Virt.Tests;

namespace Virt.IntegrationTests.Packaging;

/// <summary>The .deb, built once for all tests here.</summary>
public sealed class BuiltPackage : IDisposable
{
    private static readonly Lazy<string> Package = new(static () =>
        ProgramRun.Output0(RepositoryRoot.File("build", "package.sh")).Split('\n').Last(static line => line.EndsWith(".deb", StringComparison.Ordinal) && line[0] == '/'));

    public BuiltPackage()
    {
        File = Build();
        Tree = Directory.CreateTempSubdirectory("virt-deb-").FullName;
        ProgramRun.Output0("dpkg-deb", "-x", File, Tree);
    }

    public static string Root { get; } = FindRoot();

    /// <summary>Makes the package, once for all classes of tests.</summary>
    public static string Build() => Package.Value;

    /// <summary>The package.</summary>
    public string File { get; }

    /// <summary>A folder that its files have been extracted into.</summary>
    public string Tree { get; }

    public void Dispose() => Directory.Delete(Tree, recursive: true);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "VirtTools.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No VirtTools.sln stands above the tests.");
        }

        return folder.FullName;
    }
}
