using System;
using System.Collections.Concurrent;
using System.IO;
using System.Management.Automation;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <summary>Takes pictures of the screens of virtual machines.</summary>
/// <remarks>Gives the picture as PNG, with its size, and writes it to a file where -Path is given, or shows it in the terminal (-Show). The machine needs a video adapter (New-VM -VideoAdapter).</remarks>
/// <example>
/// <code>Get-VMScreenshot web01 -Path /tmp/web01.png</code>
/// <para>Writes what a machine shows to a file.</para>
/// </example>
/// <example>
/// <code>Get-VMScreenshot web01 -Show -ErrorAction SilentlyContinue</code>
/// <para>Shows it in the terminal, where that can.</para>
/// </example>
/// <example>
/// <code>Get-VM web01 | Get-VMScreenshot | Select-Object Name, Width, Height</code>
/// <para>Looks how large the screen of a machine is.</para>
/// </example>
[Cmdlet(VerbsCommon.Get, "VMScreenshot", DefaultParameterSetName = ParameterSets.Name)]
[OutputType(typeof(VMScreenshot))]
public sealed class GetVMScreenshotCommand : VMTargetCommand
{
    /// <summary>The file to write; a folder that is there: NAME.png in it. A file that is there is replaced.</summary>
    [Parameter(Position = 1)]
    public string? Path { get; set; }

    /// <summary>
    /// Show the picture in the terminal, in place of its data. Terminals that can do so are kitty, Ghostty, Konsole, iTerm2, WezTerm, mintty and Visual Studio Code's; in others there is an error that says so.
    /// </summary>
    [Parameter]
    public SwitchParameter Show { get; set; }

    // Several hosts are asked in parallel.
    private readonly ConcurrentDictionary<string, string> written = new(StringComparer.Ordinal);

    private protected override void Act(HostCalls host, Target target)
    {
        var way = Show ? Console.IsOutputRedirected ? TerminalPicture.Way.None : TerminalPicture.Of(Environment.GetEnvironmentVariable) : default;
        if (Show && way == TerminalPicture.Way.None)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "TerminalShowsNoPictures",
                $"Cannot show a picture of VM '{target.Name}': {(Console.IsOutputRedirected ? "the output goes to no terminal" : "this terminal is none that is known to show pictures")}.",
                target.Name,
                $"Get-VMScreenshot {target.Name} -Path /tmp");
        }

        var shot = host.Invoke(Methods.GetVMScreenshot, new GetVMScreenshot { Id = target.Id, Name = target.Name });
        if (Path is { Length: > 0 } path)
        {
            var place = AskUser(() => GetUnresolvedProviderPathFromPSPath(path));
            shot.Path = Directory.Exists(place) ? System.IO.Path.Combine(place, shot.Name + ".png") : place;
            if (!written.TryAdd(shot.Path, shot.Name))
            {
                throw new VirtException(ErrorCode.AlreadyExists, "FileWritten", $"Cannot write a picture of VM '{shot.Name}': '{shot.Path}' is that of VM '{written[shot.Path]}' by now.", Path, $"Get-VMScreenshot {shot.Name} -Path {System.IO.Path.GetDirectoryName(shot.Path)}");
            }

            try
            {
                File.WriteAllBytes(shot.Path, shot.Bytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new VirtException(ErrorCode.InvalidArgument, "FileNotWritten", $"Cannot write a picture of VM '{shot.Name}': {e.Message.TrimEnd('.')}.", Path, $"Get-VMScreenshot {shot.Name} -Path /tmp");
            }
        }

        if (Show)
        {
            OnPipeline(() => Console.Out.Write(TerminalPicture.Write(way, shot.Bytes)));
            return;
        }

        Emit(shot);
    }
}
