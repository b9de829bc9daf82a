using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Virt.Agent.Storage;
using Virt.Linux.Files;
using Virt.Linux.Sockets;

namespace Virt.Agent.Vms;

/// <summary>What a plan's descriptors are, opened: QEMU gets duplicates, ours are closed after the launch.</summary>
internal sealed class QemuFiles : IDisposable
{
    private readonly List<SafeHandle> handles = [];
    private readonly List<IDisposable> owners = [];

    private QemuFiles()
    {
    }

    /// <summary>The descriptors in the plan's order.</summary>
    public IReadOnlyList<SafeHandle> Descriptors => handles;

    /// <summary>The other end of QEMU's connection to the machine's TPM; null: it has none.</summary>
    public SafeHandle? Tpm { get; private set; }

    /// <summary>QEMU's standard error.</summary>
    public SafeHandle Error { get; private set; } = null!;

    /// <summary>Opens them; makes the run folder and the sockets in it.</summary>
    /// <param name="name">The machine's name, for errors.</param>
    /// <param name="folder">Where its files stand.</param>
    /// <param name="plan">What is opened.</param>
    /// <param name="connect">Makes the link of an adapter, by its name, into its network.</param>
    /// <exception cref="Virt.Protocol.VirtException">A file is not there, or cannot be opened.</exception>
    public static QemuFiles Open(string name, VmFolder folder, QemuPlan plan, Func<string, SafeFileHandle> connect)
    {
        var files = new QemuFiles();
        try
        {
            Directory.CreateDirectory(folder.Run, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Delete(folder.ExitFile);
            foreach (var (path, bytes) in plan.Files)
            {
                Write(path, bytes);
            }

            files.Error = files.Keep(File.OpenHandle(folder.ErrorFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite));
            foreach (var (kind, path) in plan.Descriptors)
            {
                files.handles.Add(kind switch
                {
                    QemuDescriptorKind.Listener => files.Listen(path),
                    QemuDescriptorKind.Tap => files.Keep(connect(path)),
                    QemuDescriptorKind.Firmware => files.Keep(FirmwareRom.Open("start", name, path)),
                    QemuDescriptorKind.Tpm => files.ConnectTpm(),
                    QemuDescriptorKind.Console => files.Keep(MemoryFile.Create(path, VmConsole.MostBytes)),
                    _ => files.Keep(OpenFile("start", name, path, isReadOnly: kind == QemuDescriptorKind.Read)),
                });
            }

            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owner in owners)
        {
            owner.Dispose();
        }

        owners.Clear();
    }

    /// <summary>Opens a file for QEMU.</summary>
    /// <exception cref="Virt.Protocol.VirtException">It is not there, or cannot be opened.</exception>
    public static SafeFileHandle OpenFile(string verb, string name, string path, bool isReadOnly)
    {
        try
        {
            // Shared with everybody: the locks that count are QEMU's own.
            return File.OpenHandle(path, FileMode.Open, isReadOnly ? FileAccess.Read : FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw VmErrors.Disk(verb, name, new DiskException(DiskProblem.Missing, path, e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw VmErrors.Disk(verb, name, new DiskException(DiskProblem.Other, path, e.Message));
        }
    }

    private T Keep<T>(T owner)
        where T : IDisposable
    {
        owners.Add(owner);
        return owner;
    }

    // As a new file: the last run's QEMU may not have ended yet. Root's alone, for there may be passwords in it.
    private static void Write(string path, byte[] bytes)
    {
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(bytes);
    }

    private SafeFileHandle ConnectTpm()
    {
        var (tpm, qemu) = SocketPair.MakeForOthers();
        Tpm = Keep(tpm);
        return Keep(qemu);
    }

    private SafeSocketHandle Listen(string path)
    {
        var socket = Keep(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        // A Socket deletes the name it was bound to when it is closed; this one's must stay for QEMU's.
        var bound = path + "~";
        File.Delete(bound);
        socket.Bind(new UnixDomainSocketEndPoint(bound));
        socket.Listen(1);
        File.Move(bound, path, overwrite: true);
        return socket.SafeHandle;
    }
}
