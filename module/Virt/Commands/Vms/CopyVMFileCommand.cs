using System;
using System.IO;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Copies files and folders into guests of virtual machines, or out of them.</summary>
/// <remarks>
/// Copies from here into the guest through its guest agent, without a network; with -FromVM the other way round. A folder is copied with all that is in it, into the destination where that is a
/// folder, else under the destination's name. Links in it are copied as links, and lead nothing that is copied out of where it is to go; devices, sockets and pipes are left out, those of this machine with a warning.
/// What is copied is there whole or not at all: it is written beside under another name (.virt-copy-…) and then moved into its place, by the guest's shell where it goes into a guest. Where
/// it cannot be finished it is removed again; a guest that is turned off meanwhile keeps what it has under that other name. A folder that is there already is only copied into with -Force,
/// file by file in place of those that are there, after all of it has come.
/// A guest without a shell (sh), or whose agent may run no commands, gives files out and takes none in; folders take find, stat and tar in the guest. Permissions are kept where both sides have
/// them, in a folder also the files' times; what is copied in belongs to the guest's root. Of a file that grows while it is copied, what it had at the beginning is copied; of one whose size
/// the guest does not know, such as those of /proc, 64 MB at most. Where Windows or Windows PowerShell makes no links, what one says stands in a file NAME.link.
/// </remarks>
/// <example>
/// <code>Copy-VMFile web01 -SourcePath /etc/hostname -DestinationPath /root/from/host/ -CreateFullPath</code>
/// <para>Copies a file of this machine into a guest, and makes the folders there that are missing.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Copy-VMFile -FromVM -SourcePath /etc/passwd -DestinationPath ./passwd-of-web01 -WhatIf</code>
/// <para>Shows what would be copied out of a guest to this machine; without -WhatIf it is.</para>
/// </example>
/// <example>
/// <code>Copy-VMFile web01 -FromVM -SourcePath /etc -DestinationPath ./etc-of-web01 -Force -WhatIf</code>
/// <para>Shows what would be copied: a folder with all that is in it, into the one that is there from the last time, where it is.</para>
/// </example>
[Cmdlet(VerbsCommon.Copy, "VMFile", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class CopyVMFileCommand : VMOperandCommand
{
    /// <summary>What is copied: a file or a folder here, or with -FromVM an absolute path in the guest.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Id)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Piped)]
    public string SourcePath { get; set; } = "";

    /// <summary>Where to: an absolute path in the guest, or with -FromVM a path here.</summary>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = ParameterSets.Id)]
    public string DestinationPath { get; set; } = "";

    /// <summary>Out of the guest.</summary>
    [Parameter]
    public SwitchParameter FromVM { get; set; }

    /// <summary>Make the folders of the destination that are missing.</summary>
    [Parameter]
    public SwitchParameter CreateFullPath { get; set; }

    /// <summary>In place of a file that is there, into a folder that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How long the guest agent may take for each of its answers, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSeconds { get; set; } = 30;

    private protected override void TakeFirst(string[] words) => (SourcePath, DestinationPath) = (One(words), SourcePath);

    private protected override string? ForOne => FromVM ? nameof(DestinationPath) : null;

    private protected override bool IsForOneHost => true;

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
            throw CopyProblem.Of($"VM '{target.Name}'", here, e);
        }
    }

    private void CopyInto(HostCalls host, CopyVMFile request, string here)
    {
        // An observer of output: bytes must not be sent twice.
        var observer = new CallObserver { Output = static (_, _) => { } };
        if (Directory.Exists(here))
        {
            using var parts = new FilePartReader(here);
            (request.IsFolder, request.FileName, request.SizeBytes, request.Mode) = (true, parts.Name, parts.TotalBytes, parts.Mode);
            host.Invoke(Methods.CopyVMFile, request, observer: observer, stdin: parts);
            if (CopyProblem.OfLeftOut($"VM '{request.Name}'", parts.LeftOut) is { } text)
            {
                Warn(text);
            }

            return;
        }

        if (!File.Exists(here))
        {
            throw new VirtException(ErrorCode.NotFound, "FileNotFound", $"Cannot copy '{SourcePath}': it is not here.", SourcePath, "Get-ChildItem");
        }

        using var file = new FileStream(here, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        request.FileName = Path.GetFileName(here);
        request.SizeBytes = file.Length;
        request.Mode = UnixMode.Of(here) ?? request.Mode;
        host.Invoke(Methods.CopyVMFile, request, observer: observer, stdin: file);
    }

    private void CopyOut(HostCalls host, CopyVMFile request, string here)
    {
        var isInto = Directory.Exists(here) || DestinationPath.EndsWith("/", StringComparison.Ordinal) || DestinationPath.EndsWith($"{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
        if (CreateFullPath)
        {
            Directory.CreateDirectory(isInto ? here : Path.GetDirectoryName(Path.GetFullPath(here))!);
        }

        using var writer = new FilePartWriter(here, isInto, Force);
        host.Invoke(Methods.CopyVMFile, request, observer: new CallObserver { Item = message => writer.Write(MessageCodec.ReadValue(message, Methods.CopyVMFile.Item.Read)) });
        writer.Commit();
    }
}
