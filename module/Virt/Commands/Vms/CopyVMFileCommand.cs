using System;
using System.IO;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Copies a file into guests of virtual machines, or out of them.</summary>
/// <remarks>
/// Copies from here into the guest through its guest agent, without a network; with -FromVM the other way round. A destination that is a folder is copied into. The file is there
/// whole or not at all: it is written beside under another name and then moved into its place, by the guest's shell where it goes into a guest. A guest without a shell (sh), or whose
/// agent may run no commands, gives files out and takes none in. Permissions are kept where both sides have them; what is copied in belongs to the guest's root. Of a file that grows
/// while it is copied out, what it had at the beginning is copied; of one whose size the guest does not know, such as those of /proc, 64 MB at most.
/// </remarks>
/// <example>
/// <code>Copy-VMFile web01 -SourcePath /etc/hostname -DestinationPath /root/from/host/ -CreateFullPath</code>
/// <para>Copies a file of this machine into a guest, and makes the folders there that are missing.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Copy-VMFile -FromVM -SourcePath /etc/passwd -DestinationPath ./passwd-of-web01 -WhatIf</code>
/// <para>Shows what would be copied out of a guest to this machine; without -WhatIf it is.</para>
/// </example>
[Cmdlet(VerbsCommon.Copy, "VMFile", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class CopyVMFileCommand : VMTargetCommand
{
    /// <summary>What is copied: a file here, or with -FromVM an absolute path in the guest.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public string SourcePath { get; set; } = "";

    /// <summary>Where to: an absolute path in the guest, or with -FromVM a path here.</summary>
    [Parameter(Mandatory = true, Position = 2)]
    public string DestinationPath { get; set; } = "";

    /// <summary>Out of the guest.</summary>
    [Parameter]
    public SwitchParameter FromVM { get; set; }

    /// <summary>Make the folders of the destination that are missing.</summary>
    [Parameter]
    public SwitchParameter CreateFullPath { get; set; }

    /// <summary>In place of a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How long the guest agent may take for each of its answers, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSeconds { get; set; } = 30;

    private protected override void Act(HostCalls host, Target target)
    {
        if (!MayChange(host, target, () => Require(host, target)))
        {
            return;
        }

        var here = AskUser(() => GetUnresolvedProviderPathFromPSPath(FromVM ? DestinationPath : SourcePath));
        var request = new CopyVMFile
        {
            Id = target.Id,
            Name = target.Name,
            Path = FromVM ? SourcePath : DestinationPath,
            IsInto = !FromVM,
            CreateFullPath = CreateFullPath,
            Force = Force,
            AnswerTimeout = Seconds(TimeoutSeconds),
        };
        try
        {
            if (FromVM)
            {
                CopyOut(host, request, here);
            }
            else
            {
                CopyInto(host, request, here);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "FileNotCopied", $"Cannot copy files of VM '{target.Name}': {e.Message.TrimEnd('.')}.", here, $"Get-Item '{here}'");
        }
    }

    private void CopyInto(HostCalls host, CopyVMFile request, string here)
    {
        if (!File.Exists(here))
        {
            var isFolder = Directory.Exists(here);
            throw new VirtException(
                isFolder ? ErrorCode.InvalidArgument : ErrorCode.NotFound,
                isFolder ? "IsFolder" : "FileNotFound",
                $"Cannot copy '{SourcePath}': it is {(isFolder ? "a folder; one file at a time is copied" : "not here")}.",
                SourcePath,
                isFolder ? $"Get-ChildItem '{SourcePath}' -File | ForEach-Object {{ Copy-VMFile {request.Name} $_.FullName '{DestinationPath}' }}" : "Get-ChildItem");
        }

        using var file = new FileStream(here, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        request.FileName = Path.GetFileName(here);
        request.SizeBytes = file.Length;
        request.Mode = UnixMode.Of(here) ?? request.Mode;
        // An observer of output: bytes must not be sent twice.
        host.Invoke(Methods.CopyVMFile, request, observer: new CallObserver { Output = static (_, _) => { } }, stdin: file);
    }

    private void CopyOut(HostCalls host, CopyVMFile request, string here)
    {
        var name = SourcePath.Substring(SourcePath.LastIndexOfAny(['/', '\\']) + 1);
        var isFolder = Directory.Exists(here) || DestinationPath.EndsWith("/", StringComparison.Ordinal) || DestinationPath.EndsWith($"{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
        var place = Path.GetFullPath(isFolder ? Path.Combine(here, name) : here);
        if (File.Exists(place) && !Force)
        {
            throw new VirtException(ErrorCode.AlreadyExists, "FileAlreadyExists", $"Cannot copy '{SourcePath}': there is a file '{place}' already.", DestinationPath, $"Copy-VMFile {request.Name} '{SourcePath}' '{DestinationPath}' -FromVM -Force");
        }

        if (CreateFullPath)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        }

        using var file = new FileBeside(place);
        host.Invoke(Methods.CopyVMFile, request, observer: new CallObserver { Item = message => Take(file, MessageCodec.ReadValue(message, Methods.CopyVMFile.Item.Read)) });
        file.Commit();
    }

    private static void Take(FileBeside file, VMFilePart part)
    {
        file.Mode = part.Mode == 0 ? file.Mode : part.Mode;
        file.Write(part.Bytes);
    }
}
