using System.Threading.Tasks;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Why a side of a move gave up.</summary>
internal static class MoveReason
{
    /// <summary>What a task that follows that side has ended with; null while it goes on, and where it ended without a reason.</summary>
    public static VirtException? Of(Task following) => following is { IsFaulted: true, Exception.InnerException: VirtException told } ? told : null;
}
