using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux.Files;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>Convert-VHD and Optimize-VHD: both write a new file.</content>
public sealed partial class VhdService
{
    /// <summary>Makes a disk image of another one, which is whole by itself.</summary>
    /// <exception cref="VirtException">NotFound; AlreadyExists; InvalidArgument; WrongState; Conflict; NotSupported; DataLoss; ResourceExhausted.</exception>
    public async Task<VHD> ConvertAsync(ConvertVHD request, Call call)
    {
        const string Verb = "convert";
        var source = VhdPath.Existing(Verb, request.Path);
        call.WorksOn(source);
        var path = VhdPath.New(Verb, source, request.DestinationPath);
        var format = FormatOfNew(Verb, source, path, request.Format);
        CheckMayChange(Verb, path);
        CheckLease(Verb, source);
        await using var held = await HoldAsync(Verb, isReading: true, call, source, path).ConfigureAwait(false);
        var image = await ExamineAsync(Verb, source, call.Cancellation).ConfigureAwait(false);
        CheckSource(Verb, image, request.DeleteSource);

        // A fixed one becomes what its new format can be, where nothing is said.
        var type = request.Type != VHDType.Unknown ? request.Type : image.Type == VHDType.Fixed && VhdFormats.Has(format, VHDType.Fixed) ? VHDType.Fixed : VHDType.Dynamic;
        if (type == VHDType.Differencing)
        {
            throw VhdErrors.Invalid(Verb, source, "DiskTypeNotAllowed", "what is converted is whole by itself; Dynamic or Fixed is required", $"New-VHD -Path '{path}' -ParentPath '{source}' -Differencing");
        }

        CheckType(Verb, source, format, type);
        await CheckSoundAsync(Verb, image, call.Cancellation).ConfigureAwait(false);
        using var quiet = RefuseWriting(Verb, source);
        var size = image.Info.SizeBytes;
        CheckRoom(Verb, source, Path.GetDirectoryName(path)!, type == VHDType.Fixed ? size : await MeasureAsync(Verb, image, call).ConfigureAwait(false));
        if (call.WhatIf)
        {
            return new VHD { Path = path, Format = format, Type = type, SizeBytes = size };
        }

        var spec = new VhdSpec { Path = path, Delete = request.DeleteSource ? [source] : [] };
        var progress = new VhdProgress(call, $"Converting disk '{source}'", $"writing '{path}'", size, time);
        await MakeAsync(Verb, source, spec, null, progress, call, (tools, file) =>
            FillAsync(tools.ConvertAsync(source, image.FormatName, file, VhdFormats.NameOf(format), VhdFormats.Options(format, type == VHDType.Fixed), null, call.Cancellation), file, type)).ConfigureAwait(false);
        return Show(await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false));
    }

    /// <summary>Gives back the blocks of a disk image that hold nothing but zeros, or nothing any more.</summary>
    /// <exception cref="VirtException">NotFound; InvalidArgument; WrongState; Conflict; NotSupported; DataLoss; ResourceExhausted.</exception>
    public async Task<VHD> OptimizeAsync(OptimizeVHD request, Call call)
    {
        const string Verb = "optimize";
        var path = VhdPath.Existing(Verb, request.Path);
        call.WorksOn(path);
        CheckMayChange(Verb, path);
        await using var held = await HoldAsync(Verb, isReading: false, call, path).ConfigureAwait(false);
        var image = await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false);
        CheckOff(Verb, image);
        if (image.Info.HasSnapshots)
        {
            throw VhdErrors.NotSupported(Verb, path, "DiskHasSnapshots", "it has snapshots of its own inside, which would be lost", $"qemu-img snapshot -l '{path}'");
        }

        await CheckSoundAsync(Verb, image, call.Cancellation).ConfigureAwait(false);
        using var quiet = RefuseWriting(Verb, path);
        CheckRoom(Verb, path, Path.GetDirectoryName(path)!, image.Type == VHDType.Differencing ? image.Info.AllocatedBytes : await MeasureAsync(Verb, image, call).ConfigureAwait(false));
        if (call.WhatIf)
        {
            return Show(image);
        }

        (string, string)? below = image.Parents.Count > 0 ? (image.Parents[0].Path, image.Parents[0].Info.Format) : null;
        var progress = new VhdProgress(call, $"Optimizing disk '{path}'", "writing it anew", image.Info.SizeBytes, time);
        var options = VhdFormats.Options(image.Format, isFixed: false, image.Format == VHDFormat.Qcow2 ? image.Info.BlockBytes : 0);
        await MakeAsync(Verb, path, new VhdSpec { Path = path, IsReplacing = true }, FileIdentity.Read(path), progress, call, (tools, file) =>
            tools.ConvertAsync(path, image.FormatName, file, image.FormatName, options, below, call.Cancellation)).ConfigureAwait(false);
        return Show(await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false));
    }

    // Who only reads it, beside us, does not matter.
    private void CheckSource(string verb, VhdImage image, bool isDeleted)
    {
        if (image.Users.FirstOrDefault(user => !user.IsOff && (user.Use == VhdUse.Disk || isDeleted)) is { } user)
        {
            throw VhdErrors.WrongState(verb, image.Path, user, "Stopped");
        }

        if (!isDeleted)
        {
            return;
        }

        CheckMayChange(verb, image.Path);
        if (image.Users.Count > 0)
        {
            throw VhdErrors.BelongsTo(verb, image.Path, image.Users[0], "which could not be started without it; leave -DeleteSource away");
        }

        CheckNoChildren(verb, image.Path, []);
    }

    private async Task<long> MeasureAsync(string verb, VhdImage image, Call call)
    {
        try
        {
            return await disks.MeasureAsync(image.Path, image.FormatName, call.Cancellation).ConfigureAwait(false);
        }
        catch (DiskException e)
        {
            throw VhdErrors.From(verb, image.Path, e);
        }
    }

    // Also those who know nothing of us, until the new file has its place.
    private static ImageLock RefuseWriting(string verb, string path)
    {
        try
        {
            return ImageLock.TryRefuseWriting(path) ?? throw new DiskException(DiskProblem.InUse, path, "another process writes to it");
        }
        catch (DiskException e)
        {
            throw VhdErrors.From(verb, path, e);
        }
        catch (IOException e)
        {
            throw VhdErrors.From(verb, path, new DiskException(DiskProblem.Other, path, e.Message));
        }
    }
}
