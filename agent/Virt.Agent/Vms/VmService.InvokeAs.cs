using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Invoke-VMCommand as a user of the guest, and of a script.</summary>
public sealed partial class VmService
{
    private static readonly Dictionary<string, string> NoVariables = [];

    /// <exception cref="VirtException">InvalidArgument.</exception>
    private static void CheckCommand(string verb, string name, InvokeVMCommand request)
    {
        if (request.Command is [] or ["", ..])
        {
            throw new VirtException(ErrorCode.InvalidArgument, "NoCommand", $"Cannot {verb} VM '{name}': no program is named.", name, $"Invoke-VMCommand -Name {name} -Command uname, -a");
        }

        var cause = request switch
        {
            { User: { } user } when !GuestUser.CanBe(user) => $"'{user}' cannot be the name of a user",
            { Script: not null } when !GuestScript.CanBeNamed(request.Command[0]) => $"'{request.Command[0]}' cannot be the name of a script's file",
            _ when request.Command.Any(static a => a.Contains('\0', StringComparison.Ordinal)) || request.Environment.Any(static v => v.Key.Length == 0 || v.Key.Contains('=', StringComparison.Ordinal) || $"{v.Key}{v.Value}".Contains('\0', StringComparison.Ordinal)) =>
                "an argument or a variable holds what cannot be passed on",
            _ => null,
        };
        if (cause is not null)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "InvalidCommand", $"Cannot {verb} VM '{name}': {cause}.", name, $"Invoke-VMCommand {name} -User root -- id");
        }
    }

    private static async Task<QgaCommandResult> RunAsync(QgaClient guest, string name, InvokeVMCommand request, CancellationToken cancellation)
    {
        var user = request.User is null ? null : await FindUserAsync(guest, name, request, cancellation).ConfigureAwait(false);
        if (request.Script is not null)
        {
            return await RunScriptAsync(guest, name, request, user, cancellation).ConfigureAwait(false);
        }

        return await guest.RunAsync(user?.Wrap(request.Command) ?? request.Command, user?.Environment(request.Environment) ?? request.Environment, request.Input, cancellation).ConfigureAwait(false);
    }

    private static async Task<GuestUser> FindUserAsync(QgaClient guest, string name, InvokeVMCommand request, CancellationToken cancellation)
    {
        // With a PATH of its own it is the command that says what it finds there.
        var program = request.Script is null && !request.Environment.ContainsKey("PATH") ? request.Command[0] : "";
        var found = await RunShellAsync(guest, name, GuestScripts.FindUser, [request.User!, program], null, cancellation).ConfigureAwait(false);
        return found.ExitCode switch
        {
            0 => GuestUser.Parse(found.Output) ?? throw QgaClient.NoAnswer("guest-exec"),
            GuestScripts.NoUser => throw new VirtException(ErrorCode.NotFound, "VMUserNotFound", $"Cannot {InvokeVerb} VM '{name}': the guest has no user '{request.User}'.", name, $"Invoke-VMCommand {name} -- cat /etc/passwd"),
            GuestScripts.NoUserProgram => throw new VirtException(
                ErrorCode.NotSupported, "GuestProgramMissing", $"Cannot {InvokeVerb} VM '{name}': as another user takes setpriv, runuser or su in the guest, and it has none of them.", name, $"Invoke-VMCommand {name} -- id"),
            GuestScripts.NoProgram => throw NoProgram(name, program),
            _ => throw NotPrepared(name, found),
        };
    }

    // The script is removed by what runs it, also where this agent ends meanwhile; and by this agent where that was killed, or never came to run.
    private static async Task<QgaCommandResult> RunScriptAsync(QgaClient guest, string name, InvokeVMCommand request, GuestUser? user, CancellationToken cancellation)
    {
        var folder = $"virt-script-{Guid.NewGuid():N}";
        var file = request.Command[0];
        var interpreter = GuestScript.Interpreter(file, request.Script);
        var isTidy = false;
        try
        {
            var put = await RunShellAsync(guest, name, GuestScripts.PutScript, [folder, file, interpreter[0], user?.Ids ?? ""], request.Script, cancellation).ConfigureAwait(false);
            var place = put.ExitCode switch
            {
                0 when Encoding.UTF8.GetString(put.Output) is var path && path.EndsWith("/" + folder, StringComparison.Ordinal) => path,
                0 => throw QgaClient.NoAnswer("guest-exec"),
                GuestScripts.NoProgram => throw NoProgram(name, interpreter[0]),
                GuestScripts.NoFolder => throw new VirtException(ErrorCode.Unavailable, "ScriptNotSent", $"Cannot {InvokeVerb} VM '{name}': its guest lets no folder be made for the script under /run, /tmp or /var/tmp.", name, $"Invoke-VMCommand {name} -- df"),
                _ => throw NotPrepared(name, put),
            };
            string[] command = [.. interpreter, $"{place}/{file}", .. request.Command.Skip(1)];
            var result = await guest.RunAsync(
                ["sh", "-c", GuestScripts.RunAndRemove, "sh", place, .. user?.Wrap(command) ?? command], user?.Environment(request.Environment) ?? request.Environment, request.Input, cancellation).ConfigureAwait(false);
            isTidy = result.ExitCode is not null;
            return result;
        }
        finally
        {
            if (!isTidy)
            {
                guest.OweRun(["rm", "-rf", $"/run/{folder}", $"/tmp/{folder}", $"/var/tmp/{folder}"]);
                await TidyAsync(guest, TidyTimeout).ConfigureAwait(false);
            }
        }
    }

    private static async Task<QgaCommandResult> RunShellAsync(QgaClient guest, string name, string script, string[] arguments, byte[]? input, CancellationToken cancellation)
    {
        try
        {
            return await guest.RunAsync(["sh", "-c", script, "sh", .. arguments], NoVariables, input, cancellation).ConfigureAwait(false);
        }
        catch (QgaException e) when (e.Description.Contains("No such file", StringComparison.Ordinal))
        {
            throw new VirtException(ErrorCode.NotSupported, "GuestShellMissing", $"Cannot {InvokeVerb} VM '{name}': scripts and other users take a shell in the guest, and it has no 'sh'.", name, $"Get-VM -Name {name}", e);
        }
    }

    private static VirtException NotPrepared(string name, QgaCommandResult result)
    {
        var words = GuestCopy.Words(result.Error);
        return words.Contains("No space left", StringComparison.Ordinal)
            ? new(ErrorCode.ResourceExhausted, "DiskFull", $"Cannot {InvokeVerb} VM '{name}': the guest has no space for the script.", name, $"Invoke-VMCommand {name} -- df")
            : new(ErrorCode.Unavailable, "CommandNotStarted", $"Cannot {InvokeVerb} VM '{name}': its guest refused ({VmErrors.Sentence(words)}).", name, $"Invoke-VMCommand {name} -- id");
    }

    private static VirtException NoProgram(string name, string program, Exception? e = null) => program == GuestScript.PowerShell
        ? new(ErrorCode.NotFound, "PowerShellNotFound", $"Cannot {InvokeVerb} VM '{name}': the guest has no PowerShell (pwsh), which script blocks and .ps1 files run in.", program, $"Invoke-VMCommand {name} -FilePath ./script.sh", e)
        : new(ErrorCode.NotFound, "CommandNotFound", $"Cannot {InvokeVerb} VM '{name}': the guest has no program '{program}'.", program, $"Invoke-VMCommand -Name {name} -Command sh, -c, 'echo $PATH'", e);
}
