using System.Linq;
using Virt.Linux;
using Virt.Linux.Files;
using Virt.Linux.Mounts;

namespace Virt.Agent.Containers;

/// <content>What can be known of a start before what runs is ended for it.</content>
public sealed partial class ContainerService
{
    private const uint MayExecute = 0x49; // 0111

    // Only what is asked to be otherwise: the rest it was started with, and may have taken away since.
    private static void Foresee(ContainerEntry entry, ContainerSpec present, ContainerSpec to)
    {
        var hasOtherUser = present.User != to.User || !present.AdditionalGroups.SequenceEqual(to.AdditionalGroups);
        if (!ContainerStates.IsAlive(entry.State) || entry.Process is not { } process || !(hasOtherUser || HasOtherProgram(present, to)))
        {
            return;
        }

        try
        {
            using var inside = new MountsInside(process.PidFd, entry.Run!.HostIds);
            if (hasOtherUser)
            {
                UserOf(entry.Name, to, to.User, inside.Root, "change");
            }

            if (HasOtherProgram(present, to) && HasSamePlaces(present, to))
            {
                CheckProgram(entry.Name, to, inside.Files);
            }
        }
        catch (LinuxException)
        {
            // It has just ended, or is such that nothing can be said beforehand: the start says it.
        }
    }

    private static bool HasOtherProgram(ContainerSpec present, ContainerSpec to) =>
        present.Command[0] != to.Command[0] || present.WorkingDirectory != to.WorkingDirectory || !ContainerPlan.ProgramsOf(present).SequenceEqual(ContainerPlan.ProgramsOf(to));

    // A program may lie in a volume that comes, or goes.
    private static bool HasSamePlaces(ContainerSpec present, ContainerSpec to) => present.Volumes.SequenceEqual(to.Volumes) && present.Tmpfs.SequenceEqual(to.Tmpfs);

    private static void CheckProgram(string name, ContainerSpec to, InsideRoot files)
    {
        var found = ContainerPlan.ProgramsOf(to)
            .Select(path => files.Look(path.StartsWith('/') ? path : $"{to.WorkingDirectory}/{path}", followLast: true))
            .Where(static look => look is { } file && !InsideRoot.IsFolder(file.Mode))
            .ToList();
        if (!found.Exists(static look => (look!.Value.Mode & MayExecute) != 0))
        {
            throw LaunchError.OfProgram("change", name, to.Command[0], isThere: found.Count > 0);
        }
    }
}
