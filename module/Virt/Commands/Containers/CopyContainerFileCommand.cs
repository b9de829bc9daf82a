using System.IO;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Copies files and folders into containers, or out of them.</summary>
/// <remarks>
/// Copies from here into the container, whether it runs or not; with -FromContainer the other way round. A folder is copied with all that is in it, into the destination
/// where that is a folder, else under the destination's name; a destination that ends in a slash is a folder, which has to be there for a file. Links are copied as links, and lead nowhere out of the container; pipes, sockets and devices are
/// left out, which a warning says. What is copied in
/// belongs to the container's root. What is copied out is there whole or not at all; where Windows or Windows PowerShell makes no links, what one says stands in a file NAME.link.
/// </remarks>
/// <example>
/// <code>Copy-ContainerFile web -SourcePath /etc/hostname -DestinationPath /tmp</code>
/// <para>Copies a file of this machine into a container.</para>
/// </example>
/// <example>
/// <code>Copy-ContainerFile web -FromContainer -SourcePath /etc/passwd -DestinationPath ./passwd-of-web -WhatIf</code>
/// <para>Shows what would be copied out of a container to this machine; without -WhatIf it is.</para>
/// </example>
[Cmdlet(VerbsCommon.Copy, "ContainerFile", DefaultParameterSetName = ParameterSets.Name, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class CopyContainerFileCommand : ContainerOperandCommand
{
    /// <summary>What is copied: a file or a folder here, or with -FromContainer an absolute path in the container.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Id)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = ParameterSets.Piped)]
    public string SourcePath { get; set; } = "";

    /// <summary>Where to: an absolute path in the container, or with -FromContainer a path here.</summary>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = ParameterSets.Name)]
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = ParameterSets.InputObject)]
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = ParameterSets.Id)]
    public string DestinationPath { get; set; } = "";

    /// <summary>Out of the container.</summary>
    [Parameter]
    public SwitchParameter FromContainer { get; set; }

    private protected override void TakeFirst(string[] words) => (SourcePath, DestinationPath) = (One(words), SourcePath);

    private protected override string? ForOne => FromContainer ? nameof(DestinationPath) : null;

    private protected override bool IsForOneHost => true;

    private protected override void Act(HostCalls host, Target target)
    {
        if (!MayChange(host, target, () => Require(host, target)))
        {
            return;
        }

        var here = AskUser(() => GetUnresolvedProviderPathFromPSPath(FromContainer ? DestinationPath : SourcePath));
        var request = new CopyContainerFile { Id = target.Id, Name = target.Name, Path = FromContainer ? SourcePath : DestinationPath, IsInto = !FromContainer };
        try
        {
            if (FromContainer)
            {
                var isFolder = DestinationPath.EndsWith("/", System.StringComparison.Ordinal) || DestinationPath.EndsWith($"{Path.DirectorySeparatorChar}", System.StringComparison.Ordinal);
                using var writer = new FilePartWriter(isFolder ? here.TrimEnd('/', Path.DirectorySeparatorChar) + "/" : here, Directory.Exists(here), force: true);
                host.Invoke(Methods.CopyContainerFile, request, observer: new CallObserver { Item = message => writer.Write(MessageCodec.ReadValue(message, Methods.CopyContainerFile.Item.Read)) });
                writer.Commit();
                WarnOfLeftOut(target, writer.LeftOut);
                return;
            }

            if (!File.Exists(here) && !Directory.Exists(here))
            {
                throw new VirtException(ErrorCode.NotFound, "FileNotFound", $"Cannot copy '{SourcePath}': it is not here.", SourcePath, "Get-ChildItem");
            }

            using var parts = new FilePartReader(here);
            // An observer of output: bytes must not be sent twice.
            host.Invoke(Methods.CopyContainerFile, request, observer: new CallObserver { Output = static (_, _) => { } }, stdin: parts);
            WarnOfLeftOut(target, parts.LeftOut);
        }
        catch (System.Exception e) when (e is IOException or System.UnauthorizedAccessException)
        {
            throw CopyProblem.Of($"container '{target.Name}'", here, e);
        }
    }

    private void WarnOfLeftOut(Target target, System.Collections.Generic.List<string> leftOut)
    {
        if (CopyProblem.OfLeftOut($"Container '{target.Name}'", leftOut) is { } text)
        {
            Warn(text);
        }
    }
}
