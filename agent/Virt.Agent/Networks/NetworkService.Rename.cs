namespace Virt.Agent.Networks;

public sealed partial class NetworkService
{
    /// <summary>Takes over a workload's other name or host name; where it runs, it is found by that from now on.</summary>
    public void Rename(NetworkMember member)
    {
        Rejoin(member);
        if (!entries.TryGetValue(member.Attachment.NetworkId, out var entry))
        {
            return;
        }

        bool isLive;
        lock (gate)
        {
            isLive = entry.Live.Contains(member.Id);
        }

        if (isLive)
        {
            names.Add(entry.Id, member);
        }
    }
}
