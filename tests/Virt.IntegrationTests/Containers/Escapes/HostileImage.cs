using System;
using System.Diagnostics;
using System.IO;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Tests;
using Xunit;

namespace Virt.IntegrationTests.Containers.Escapes;

/// <summary>An image of a host's own that its maker has prepared in order to get out: the starter image with something else in it. Removed at the end.</summary>
internal sealed class HostileImage : IDisposable
{
    private const string Name = "hostile";
    private readonly string folder;

    public HostileImage(TestHost host, string json = """{ "command": ["/bin/sh"] }""")
    {
        folder = Path.Combine(host.StateFolder, "images", "containers", Name);
        Directory.CreateDirectory(folder);
        Run("cp", "-a", RepositoryRoot.File("out", "images", "containers", ContainerHost.Image, "rootfs"), Root);
        File.WriteAllText(Path.Combine(folder, "image.json"), json);
    }

    /// <summary>Its files.</summary>
    public string Root => Path.Combine(folder, "rootfs");

    /// <summary>A container of it.</summary>
    public static NewContainer Script(string script, string? name = null) => ContainerHost.Script(script, name) with { Image = Name };

    /// <summary>Puts a link at a place, instead of what is there.</summary>
    public HostileImage Link(string path, string target)
    {
        var place = Path.Combine(Root, path);
        Run("rm", "-rf", place);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.CreateSymbolicLink(place, target);
        return this;
    }

    /// <summary>Puts a file of the given content.</summary>
    public HostileImage Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, path))!);
        File.WriteAllText(Path.Combine(Root, path), text);
        return this;
    }

    /// <summary>Puts a program in, made of C: what a shell cannot ask the kernel for.</summary>
    public HostileImage Program(string path, string source)
    {
        var file = Path.Combine(folder, "program.c");
        File.WriteAllText(file, source);
        Run("gcc", "-O1", "-static", "-o", Path.Combine(Root, path), file);
        return this;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Run(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
