using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qmp;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMScreenshot and Send-VMKey.</summary>
public sealed partial class VmService
{
    private const string ScreenVerb = "take a picture of";
    private const string KeyVerb = "press keys of";
    private const long MostOfPicture = 64 << 20;
    private static readonly TimeSpan ScreenTimeout = TimeSpan.FromSeconds(30);

    // Long enough for a guest to see a key go down, too short for it to be repeated.
    private static readonly TimeSpan KeyHold = TimeSpan.FromMilliseconds(30);

    /// <summary>Takes a picture of a machine's screen.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; NotSupported (no screen, or no PNG); Unavailable; Timeout.</exception>
    public async Task<VMScreenshot> GetScreenshotAsync(GetVMScreenshot request, Call call)
    {
        var entry = Find(ScreenVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        VmStates.CheckConsole(ScreenVerb, entry.Name, entry.State);
        var session = entry.Session ?? throw VmErrors.NoMonitor(ScreenVerb, entry.Name);
        if (entry.Spec.VideoAdapter == VMVideoAdapter.None)
        {
            throw new VirtException(ErrorCode.NotSupported, "NoVideoAdapter", $"Cannot {ScreenVerb} VM '{entry.Name}': it has no video adapter, which a machine is made with.", entry.Name, $"New-VM -Name {entry.Name}2 -VideoAdapter VGA");
        }

        using var limit = new CancellationTokenSource(ScreenTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancellation);
        try
        {
            using var file = MemoryFile.Create("virt-screen", MostOfPicture);
            await session.ReadScreenAsync(file, either.Token).ConfigureAwait(false);
            using var reading = File.OpenHandle(FormattableString.Invariant($"/proc/self/fd/{file.DangerousGetHandle()}"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[RandomAccess.GetLength(reading)];
            var count = RandomAccess.Read(reading, bytes, 0);
            return Picture(entry, count == bytes.Length ? bytes : []);
        }
        catch (QmpException e)
        {
            throw new VirtException(ErrorCode.NotSupported, "ScreenshotNotSupported", $"Cannot {ScreenVerb} VM '{entry.Name}': QEMU {session.QemuVersion} refused ({VmErrors.Sentence(e.Description)}); 7.1 or newer is required.", entry.Name, "Test-VirtHost", e);
        }
        catch (QmpClosedException e)
        {
            throw VmErrors.NoMonitor(ScreenVerb, entry.Name, e);
        }
        catch (OperationCanceledException e) when (!call.Cancellation.IsCancellationRequested)
        {
            throw new VirtException(ErrorCode.Timeout, "ScreenshotTimeout", $"Cannot {ScreenVerb} VM '{entry.Name}': QEMU did not paint it within {ScreenTimeout.TotalSeconds:0} s.", entry.Name, $"Get-VM -Name {entry.Name}", e);
        }
    }

    /// <summary>Presses keys, and types a text.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; InvalidArgument (no such key; a character that no key makes); NotSupported (no keyboard); Unavailable.</exception>
    public async Task<Nothing> SendKeyAsync(SendVMKey request, Call call)
    {
        var entry = Find(KeyVerb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        VmStates.CheckInvoke(entry.Name, entry.State, KeyVerb);
        var strokes = StrokesOf(entry.Name, request);
        var session = entry.Session ?? throw VmErrors.NoMonitor(KeyVerb, entry.Name);
        if (entry.Spec.VideoAdapter == VMVideoAdapter.None && HostOf(entry.Spec).Architecture == Architecture.Arm64)
        {
            throw new VirtException(ErrorCode.NotSupported, "NoKeyboard", $"Cannot {KeyVerb} VM '{entry.Name}': it has no keyboard; that comes with a video adapter.", entry.Name, $"New-VM -Name {entry.Name}2 -VideoAdapter Virtio");
        }

        await AskQemuAsync(KeyVerb, entry.Name, session, TypeAsync).ConfigureAwait(false);
        return new Nothing();

        async Task TypeAsync(VmSession asked)
        {
            foreach (var codes in strokes)
            {
                await asked.SendKeysAsync(codes, KeyHold, call.Cancellation).ConfigureAwait(false);
                // QEMU forgets keys that come while it holds others for longer than its queue has place for.
                await Task.Delay(KeyHold * 2, time, call.Cancellation).ConfigureAwait(false);
            }
        }
    }

    private static List<string[]> StrokesOf(string name, SendVMKey request)
    {
        var strokes = new List<string[]>();
        foreach (var keys in request.Keys)
        {
            strokes.Add(KeyNames.Together(keys) ?? throw new VirtException(
                ErrorCode.InvalidArgument, "UnknownKey", $"Cannot {KeyVerb} VM '{name}': '{keys}' has a name that is no key's.", keys, $"Send-VMKey {name} ctrl-alt-delete"));
        }

        foreach (var character in request.Text.ReplaceLineEndings("\n"))
        {
            strokes.Add(KeyNames.Of(character) ?? throw new VirtException(
                ErrorCode.InvalidArgument, "UntypableText", $"Cannot {KeyVerb} VM '{name}': no key of a keyboard of the United States makes '{character}'.", request.Text, $"Invoke-VMCommand {name} -- echo hello"));
        }

        return strokes;
    }

    // PNG, RFC 2083: eight bytes of signature, then a chunk IHDR, whose first two fields are these.
    private VMScreenshot Picture(VmEntry entry, byte[] bytes) => bytes.Length > 24 && bytes.AsSpan(1, 3).SequenceEqual("PNG"u8)
        ? new VMScreenshot
        {
            Name = entry.Name,
            Time = time.GetUtcNow(),
            Bytes = bytes,
            Width = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)),
            Height = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(20)),
        }
        : throw new VirtException(ErrorCode.Unavailable, "ScreenshotDamaged", $"Cannot {ScreenVerb} VM '{entry.Name}': QEMU wrote no picture.", entry.Name, $"Get-VMScreenshot {entry.Name}");
}
