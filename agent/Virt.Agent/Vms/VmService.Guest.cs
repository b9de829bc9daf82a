using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Vms.Qga;
using Virt.Protocol;

namespace Virt.Agent.Vms;

/// <summary>Get-VMGuest.</summary>
public sealed partial class VmService
{
    /// <summary>Asks a guest what it is.</summary>
    /// <exception cref="VirtException">NotFound; WrongState; Unavailable (no agent, or it has not answered in time).</exception>
    public async Task<VMGuest> GetGuestAsync(GetVMGuest request, Call call)
    {
        const string Verb = "read the guest of";
        var entry = Find(Verb, request.Id, request.Name);
        call.WorksOn(entry.Name);
        VmStates.CheckInvoke(entry.Name, entry.State, Verb);
        if (entry.Session is not { IsGuestAgentOpen: true } session)
        {
            throw VmErrors.NoGuestAgent(Verb, entry.Name, "no guest agent listens in it yet");
        }

        try
        {
            var guest = await session.GuestAgent.GetGuestAsync(request.AnswerTimeout, call.Cancellation).ConfigureAwait(false);
            return guest with { Id = entry.Id, Name = entry.Name, Packages = request.IncludePackages ? await PackagesOfAsync(session, call).ConfigureAwait(false) : [] };
        }
        catch (QgaException e)
        {
            throw new VirtException(ErrorCode.Unavailable, "GuestAgentRefused", $"Cannot {Verb} VM '{entry.Name}': its guest agent refused '{e.Command}' ({VmErrors.Sentence(e.Description)}).", entry.Name, $"Get-VM -Name {entry.Name}", e);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw VmErrors.NoGuestAgent(Verb, entry.Name, "its guest agent does not answer", e);
        }
    }

    private static async Task<VMGuestPackage[]> PackagesOfAsync(VmSession session, Call call)
    {
        var listed = await session.GuestAgent.RunAsync(["sh", "-c", GuestPackages.Script], new Dictionary<string, string>(StringComparer.Ordinal), null, call.Cancellation).ConfigureAwait(false);
        return GuestPackages.Parse(Encoding.UTF8.GetString(listed.Output));
    }
}
