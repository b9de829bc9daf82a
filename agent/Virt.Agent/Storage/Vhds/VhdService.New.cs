using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>New-VHD.</content>
public sealed partial class VhdService
{
    /// <summary>Makes a disk image.</summary>
    /// <exception cref="VirtException">InvalidArgument; NotFound (the folder, the parent); AlreadyExists; WrongState (the parent); NotSupported; ResourceExhausted.</exception>
    public async Task<VHD> NewAsync(NewVHD request, Call call)
    {
        const string Verb = "create";
        var path = VhdPath.New(Verb, request.Path, request.Path);
        call.WorksOn(path);
        var type = request.Type == VHDType.Unknown ? VHDType.Dynamic : request.Type;
        var format = FormatOfNew(Verb, path, path, VHDFormat.Unknown);
        CheckType(Verb, path, format, type);
        CheckMayChange(Verb, path);
        if ((type == VHDType.Differencing) != (request.ParentPath.Length > 0))
        {
            throw VhdErrors.Invalid(Verb, path, "ParentRequired", "-Differencing and -ParentPath are required together", $"New-VHD -Path '{path}' -ParentPath '/var/lib/virt/disks/parent.qcow2' -Differencing");
        }

        var parentPath = type == VHDType.Differencing ? VhdPath.Existing(Verb, request.ParentPath) : null;
        await using var held = await HoldAsync(Verb, isReading: false, call, path).ConfigureAwait(false);
        var parent = parentPath is null ? null : await FindParentAsync(Verb, path, parentPath, call).ConfigureAwait(false);
        var size = request.SizeBytes == 0 && parent is not null ? parent.Info.SizeBytes : CheckSize(Verb, path, request.SizeBytes);
        if (parent is not null && size < parent.Info.SizeBytes)
        {
            throw VhdErrors.Invalid(Verb, path, "InvalidDiskSize", $"its size is {ByteText.Of(size)}; its parent has {ByteText.Of(parent.Info.SizeBytes)}, and no less is allowed", $"New-VHD -Path '{path}' -ParentPath '{parent.Path}' -Differencing");
        }

        CheckRoom(Verb, path, Path.GetDirectoryName(path)!, type == VHDType.Fixed ? size : 0);
        if (call.WhatIf)
        {
            return new VHD { Path = path, Format = format, Type = type, SizeBytes = size, ParentPath = parent?.Path ?? "" };
        }

        var progress = new VhdProgress(call, $"Creating disk '{path}'", "writing it", size, time);
        await MakeAsync(Verb, path, new VhdSpec { Path = path }, null, progress, call, (tools, file) => parent is null
            ? FillAsync(tools.CreateAsync(file, VhdFormats.NameOf(format), VhdFormats.Options(format, type == VHDType.Fixed), size, call.Cancellation), file, type)
            : tools.CreateDifferencingAsync(file, parent.Path, parent.FormatName, size, call.Cancellation)).ConfigureAwait(false);
        return Show(await ExamineAsync(Verb, path, call.Cancellation).ConfigureAwait(false));
    }

    // What it stands on must stay as it is.
    private async Task<VhdImage> FindParentAsync(string verb, string path, string parentPath, Call call)
    {
        var parent = await ExamineAsync(verb, parentPath, call.Cancellation).ConfigureAwait(false);
        if (parent.Users.FirstOrDefault(static user => user.Use != VhdUse.Base) is { } user)
        {
            throw VhdErrors.BelongsTo(verb, parentPath, user, "which writes to it or takes it away again; a parent must never change");
        }

        CheckLease(verb, parentPath);
        await CheckSoundAsync(verb, parent, call.Cancellation).ConfigureAwait(false);
        using var quiet = RefuseWriting(verb, parentPath);
        return parent;
    }

    // What a file is called must be what it is.
    private static VHDFormat FormatOfNew(string verb, string subject, string path, VHDFormat wanted)
    {
        var named = VhdFormats.OfPath(path);
        return named == VHDFormat.Unknown || (wanted != VHDFormat.Unknown && wanted != named)
            ? throw VhdErrors.Invalid(
                verb,
                subject,
                "DiskFormatMismatch",
                wanted == VHDFormat.Unknown ? $"the name '{Path.GetFileName(path)}' does not say in which format it shall be; it must end in one of {VhdFormats.Known}" : $"the name '{Path.GetFileName(path)}' does not end as those of the format {VhdFormats.WordOf(wanted)} do",
                $"{(verb == "create" ? "New" : "Convert")}-VHD with '{Path.ChangeExtension(path, wanted == VHDFormat.Unknown ? "qcow2" : VhdFormats.WordOf(wanted))}'")
            : named;
    }

    private static void CheckType(string verb, string path, VHDFormat format, VHDType type)
    {
        if (!VhdFormats.Has(format, type))
        {
            throw VhdErrors.NotSupported(verb, path, "DiskTypeNotSupported", $"the format {VhdFormats.WordOf(format)} has no type {type} here; {(type == VHDType.Differencing ? "qcow2 has" : "qcow2, raw, vhdx and vhd have")}", $"New-VHD -Path '{Path.ChangeExtension(path, "qcow2")}' -{type}");
        }
    }
}
