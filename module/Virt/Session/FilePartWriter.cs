using System;
using System.Collections.Generic;
using System.IO;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>
/// Writes the files that come out of a guest or a container to this machine, and nothing outside of where they are to go. They are there whole or not at all: a folder is written under another
/// name beside, and links in it are made when all files are there, so that none leads a file elsewhere.
/// </summary>
/// <param name="destination">Where to: into it, or its name.</param>
/// <param name="isInto">It is a folder that is copied into.</param>
/// <param name="force">In place of a file that is there, into a folder that is there.</param>
internal sealed class FilePartWriter(string destination, bool isInto, bool force) : IDisposable
{
    private readonly List<(string Path, string Target)> links = [];
    private readonly List<(string Path, int Mode)> modes = [];
    private FileBeside? top;
    private (string Path, FilePart Part, FileStream Stream)? file;
    private string? stage;
    private string place = "";
    private string topName = "";

    /// <summary>What was left out, with what it is: pipes, sockets, devices.</summary>
    public List<string> LeftOut { get; } = [];

    /// <summary>Takes the next part.</summary>
    /// <exception cref="IOException">It cannot be written, or would lie outside.</exception>
    /// <exception cref="VirtException">AlreadyExists.</exception>
    public void Write(FilePart part)
    {
        if (part.Kind == FileKind.Data)
        {
            top?.Write(part.Bytes);
            file?.Stream.Write(part.Bytes, 0, part.Bytes.Length);
            return;
        }

        CloseFile();
        if (part.Kind == FileKind.LeftOut)
        {
            LeftOut.Add($"'{part.Path}' ({part.Target})");
            return;
        }

        var names = NamesOf(part.Path);
        if (names.Length == 1 && stage is null && top is null)
        {
            Begin(part, names[0]);
            return;
        }

        if (stage is null || names.Length == 1 || names[0] != topName)
        {
            throw new IOException($"'{part.Path}' came, and is not in the folder that is copied");
        }

        var path = Path.Combine(stage, part.Path.Substring(names[0].Length + 1).Replace('/', Path.DirectorySeparatorChar));
        switch (part.Kind)
        {
            case FileKind.Folder:
                Directory.CreateDirectory(path);
                modes.Add((path, part.Mode));
                break;
            case FileKind.File:
                file = (path, part, new FileStream(path, FileMode.CreateNew, FileAccess.Write));
                break;
            case FileKind.Link:
                links.Add((path, part.Target));
                break;
        }
    }

    /// <summary>Puts all of it in its place.</summary>
    /// <exception cref="IOException">Something that is there is in the way, or a link would lead elsewhere.</exception>
    public void Commit()
    {
        CloseFile();
        top?.Commit();
        if (stage is null)
        {
            return;
        }

        foreach (var (path, target) in links)
        {
            MakeLink(path, target);
        }

        // What is in a folder stands after it; its permissions may be such that nobody can write in it.
        for (var i = modes.Count - 1; i >= 0; i--)
        {
            UnixMode.Set(modes[i].Path, modes[i].Mode & 0x1FF);
        }

        if (Directory.Exists(place))
        {
            FolderMerge.Move(stage, place);
        }
        else
        {
            Directory.Move(stage, place);
            stage = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        file?.Stream.Dispose();
        file = null;
        top?.Dispose();
        if (stage is not null && Directory.Exists(stage))
        {
            FolderMerge.Remove(stage);
        }
    }

    private static string[] NamesOf(string path)
    {
        var names = path.Split('/');
        foreach (var name in names)
        {
            if (name is "" or "." or ".." || name.IndexOf('\0') >= 0 || (name.IndexOfAny(['\\', ':']) >= 0 && Path.DirectorySeparatorChar == '\\'))
            {
                throw new IOException($"there is a file '{path}', which cannot be a file here");
            }
        }

        return names;
    }

    private void Begin(FilePart part, string name)
    {
        if (part.Kind != FileKind.Folder && !isInto && destination.Length > 1 && destination[destination.Length - 1] is var last && (last == '/' || last == Path.DirectorySeparatorChar))
        {
            throw new DirectoryNotFoundException($"there is no folder '{destination}'");
        }

        topName = name;
        place = isInto ? Path.Combine(destination, name) : destination.TrimEnd('/', '\\');
        var isFolder = part.Kind == FileKind.Folder;
        if (isFolder ? File.Exists(place) : Directory.Exists(place))
        {
            throw new IOException($"'{place}' is {(isFolder ? "a file" : "a folder")}");
        }

        if (isFolder && FileLink.Is(place))
        {
            throw new IOException($"'{place}' is a link");
        }

        if (!force && (File.Exists(place) || Directory.Exists(place)))
        {
            throw new VirtException(ErrorCode.AlreadyExists, isFolder ? "FolderAlreadyExists" : "FileAlreadyExists", $"Cannot copy '{name}': there is a {(isFolder ? "folder" : "file")} '{place}' already.", place, $"Remove-Item '{place}' -WhatIf");
        }

        switch (part.Kind)
        {
            case FileKind.Folder:
                stage = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(place))!, $".virt-copy-{Guid.NewGuid():N}");
                Directory.CreateDirectory(stage);
                UnixMode.Set(stage, 0x1C0); // 0700, until it is told which
                modes.Add((stage, part.Mode));
                break;
            case FileKind.File:
                top = new FileBeside(place) { Mode = part.Mode };
                break;
            default:
                MakeLink(place, part.Target);
                break;
        }
    }

    private void CloseFile()
    {
        if (file is not { } done)
        {
            return;
        }

        file = null;
        done.Stream.Dispose();
        if (done.Part.ModifiedTime > DateTimeOffset.MinValue)
        {
            File.SetLastWriteTimeUtc(done.Path, done.Part.ModifiedTime.UtcDateTime);
        }

        if (done.Part.Mode != 0)
        {
            UnixMode.Set(done.Path, done.Part.Mode & 0x1FF);
        }
    }

    // Where no link can be made, what it says stands in a file.
    private static void MakeLink(string path, string target)
    {
        if (FileLink.CanMake && target.Length > 0 && target.IndexOf('\0') < 0)
        {
            FileLink.Make(path, target);
        }
        else
        {
            File.WriteAllText(path + ".link", target + "\n");
        }
    }
}
