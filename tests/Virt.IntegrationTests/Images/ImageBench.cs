using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Virt.IntegrationTests.Fixtures;
using Virt.Linux.Files;
using Virt.Protocol;
using Virt.Tests;

namespace Virt.IntegrationTests.Images;

/// <summary>Short words for what the image tests ask an agent for, and a tree that has everything a layer can have.</summary>
internal static class ImageBench
{
    // CAP_NET_RAW, VFS_CAP_REVISION_2 (linux/capability.h).
    private static readonly byte[] Capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    public static string StarterRoot => RepositoryRoot.File("out", "images", "containers", "starter", "rootfs");

    /// <summary>A folder with files of other owners, set-user-id, capabilities, links of both kinds, holes, long names, devices and a name that is no text.</summary>
    public static string MakeTree(TestHost host)
    {
        var path = Path.Combine(host.Files, "tree");
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
        using var tree = new TreeWriter(path);
        Folder("etc", 0x1ED);
        Folder("tmp", 0x3FF);
        Folder("usr", 0x1ED);
        FileOf("usr/ping", "ping", new TreeAttributes { Mode = 0x9ED, UserId = 0, Extended = [("security.capability", Capability)] });
        FileOf("etc/shadow", "root:*", new TreeAttributes { Mode = 0x1A0, UserId = 0, GroupId = 42 });
        FileOf("etc/high", "high", new TreeAttributes { Mode = 0x1A4, UserId = 60_000, GroupId = 60_001 });
        tree.HardLink(B("usr/ping6"), B("usr/ping"));
        tree.Link(B("usr/link"), B("../etc/shadow"), new TreeAttributes { Mode = 0x1FF });
        tree.Node(B("usr/null"), 0x2000, 1, 3, new TreeAttributes { Mode = 0x1B6 });
        tree.Node(B("usr/pipe"), 0x1000, 0, 0, new TreeAttributes { Mode = 0x1A4 });
        FileOf("usr/" + new string('n', 200), "long", new TreeAttributes { Mode = 0x1A4 });
        FileOf("usr/\u00e4\u00f6", "text", new TreeAttributes { Mode = 0x1A4 });
        using (var sparse = tree.File(B("usr/sparse")))
        {
            RandomAccess.Write(sparse, "end"u8, 4 << 20);
            tree.Describe(sparse, B("usr/sparse"), new TreeAttributes { Mode = 0x1A4 });
        }

        tree.Finish();
        return path;

        void Folder(string name, uint mode) => tree.Folder(B(name), new TreeAttributes { Mode = mode });

        void FileOf(string name, string content, TreeAttributes attributes)
        {
            using var file = tree.File(B(name));
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(content), 0);
            tree.Describe(file, B(name), attributes);
        }

        static byte[] B(string text) => Encoding.UTF8.GetBytes(text);
    }

    /// <summary>What a tree is: two that are the same have the same one.</summary>
    public static string DigestOf(string path) => TreeDigest.Compute(path, FileTree.Entries(path), "");

    public static ContainerImage New(this TestHost host, string name, string path, Action<NewContainerImage>? change = null)
    {
        var request = new NewContainerImage { Name = name, Path = path, Command = ["/bin/sh"] };
        change?.Invoke(request);
        return host.Invoke(Methods.NewContainerImage, request);
    }

    public static ContainerImage Import(this TestHost host, string path, string name = "") =>
        host.Invoke(Methods.ImportContainerImage, new ImportContainerImage { Path = path, Name = name }).Items.Single();

    public static string Export(this TestHost host, string name, string file, ContainerImageFormat format, ContainerImageCompression compression = ContainerImageCompression.AsIs)
    {
        var path = Path.Combine(host.Files, file);
        host.Invoke(Methods.ExportContainerImage, new ExportContainerImage { Name = name, Path = path, Format = format, Compression = compression });
        return path;
    }

    public static void Remove(this TestHost host, string name, bool force = false) => host.Invoke(Methods.RemoveContainerImage, new RemoveContainerImage { Name = name, Force = force });

    public static IReadOnlyList<ContainerImage> Images(this TestHost host) => [.. host.Invoke(Methods.GetContainerImage, new GetContainerImage()).Items.Where(static image => image.Digest.Length > 0)];

    /// <summary>The folders of unpacked layers, and the blobs, that are here.</summary>
    public static (IReadOnlyList<string> Layers, IReadOnlyList<string> Blobs) Stored(this TestHost host)
    {
        var folder = Path.Combine(host.StateFolder, "images");
        return (Names(Path.Combine(folder, "layers")), Names(Path.Combine(folder, "blobs", "sha256")));

        static IReadOnlyList<string> Names(string path) => Directory.Exists(path) ? [.. Directory.EnumerateFileSystemEntries(path).Select(static one => Path.GetFileName(one)!)] : [];
    }

    public static string LayerRoot(this TestHost host, int index = 0) => Path.Combine(host.StateFolder, "images", "layers", host.Stored().Layers[index], "root");
}
