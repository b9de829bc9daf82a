using System;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Tells whether two plans of a move are the same, and whether one was altered.</summary>
public static class MovePlans
{
    /// <summary>The hash over everything that a move depends on: not the time, which always differs.</summary>
    public static string Hash(VMMovePlan plan)
    {
        var text = new StringBuilder();
        Add(plan.VMId, plan.VMName, plan.SourceHost, plan.DestinationHost, plan.Mode, plan.MemoryBytes, plan.MachineType, plan.IncludeStorage, plan.DestinationStoragePath);
        foreach (var disk in plan.Disks)
        {
            Add(disk.Path, disk.DestinationPath, disk.IsShared, disk.SizeBytes);
        }

        foreach (var checkpoint in plan.Checkpoints)
        {
            Add("checkpoint", checkpoint);
        }

        foreach (var problem in plan.Problems)
        {
            Add(problem.Id, problem.Target, problem.IsBlocking);
        }

        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        // A length before each, so that no two plans have one text.
        void Add(params ReadOnlySpan<object> values)
        {
            foreach (var value in values)
            {
                var one = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                text.Append(CultureInfo.InvariantCulture, $"{one.Length}:{one}");
            }
        }
    }

    /// <summary>Refuses a plan that was altered, or that is not what would be planned now.</summary>
    /// <exception cref="VirtException">InvalidArgument; PlanOutOfDate.</exception>
    public static void Require(VMMovePlan given, VMMovePlan now)
    {
        if (given.Hash != Hash(given))
        {
            throw new VirtException(ErrorCode.InvalidArgument, "PlanAltered", $"Cannot move VM '{given.VMName}': its plan is not as Compare-VM gave it.", given.VMName, $"Compare-VM -Name {given.VMName} -DestinationHost {given.DestinationHost}");
        }

        if (given.Hash != now.Hash)
        {
            throw OutOfDate(given, Difference(given, now));
        }
    }

    /// <summary>The error of a plan that no longer fits, with the reason as half a sentence.</summary>
    public static VirtException OutOfDate(VMMovePlan given, string why) => new(
        ErrorCode.PlanOutOfDate,
        "PlanOutOfDate",
        $"Cannot move VM '{given.VMName}' by this plan: {why}.",
        given.VMName,
        $"Compare-VM -Name {given.VMName} -DestinationHost {given.DestinationHost}");

    /// <summary>Refuses a move that something stands in the way of.</summary>
    /// <exception cref="VirtException">The first problem's id, with the sentences of all.</exception>
    public static void RequireNoProblem(VMMovePlan plan)
    {
        var blocking = plan.Problems.Where(static p => p.IsBlocking).ToList();
        if (blocking.Count > 0)
        {
            throw new VirtException(
                CodeOf(blocking[0].Id),
                blocking[0].Id,
                $"Cannot move VM '{plan.VMName}' to host '{plan.DestinationHost}': {string.Join(" ", blocking.Select(static p => p.Message)).TrimEnd('.')}.",
                plan.VMName,
                blocking[0].FixCommand.Length > 0 ? blocking[0].FixCommand : $"Compare-VM -Name {plan.VMName} -DestinationHost {plan.DestinationHost}");
        }
    }

    private static string Difference(VMMovePlan given, VMMovePlan now) =>
        given.Mode != now.Mode ? $"it was made for a {given.Mode} move, and the VM would now move {now.Mode}"
        : given.MachineType != now.MachineType ? $"the VM had the machine type '{given.MachineType}' and has '{now.MachineType}'"
        : !given.Checkpoints.SequenceEqual(now.Checkpoints) ? "the VM has other checkpoints by now"
        : now.Problems.FirstOrDefault(problem => given.Problems.All(p => p.Id != problem.Id)) is { } news ? $"meanwhile something stands in the way ({news.Message.TrimEnd('.')})"
        : "the VM or its destination has changed since";

    private static ErrorCode CodeOf(string problem) => problem switch
    {
        "VMNameTaken" => ErrorCode.AlreadyExists,
        "NotEnoughMemory" or "NotEnoughSpace" => ErrorCode.ResourceExhausted,
        "NetworkMissing" or "ImageMissing" or "FolderNotFound" or "BackingMissing" => ErrorCode.NotFound,
        "DiskNotReachable" or "NoPeerListener" => ErrorCode.Unavailable,
        "PeerUnavailable" or "PeerLost" => ErrorCode.Unavailable,
        "PeerTimeout" => ErrorCode.Timeout,
        "PeerNotTrusted" => ErrorCode.Unauthenticated,
        "ImageDiffers" or "NetworkDiffers" or "AddressInUse" or "PortInUse" or "VMExporting" or "VMPatching" => ErrorCode.Conflict,
        _ => ErrorCode.NotSupported,
    };
}
