using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Linux;
using Virt.Linux.Netlink;

namespace Virt.Agent.Networks;

public sealed partial class NetworkService
{
    /// <summary>
    /// Finishes or undoes what the agent before this one left half done, and makes again what the kernel does not have any more. What is there is left alone, so
    /// that nothing of what runs is interrupted. Must have ended before the first workload is looked at.
    /// </summary>
    public async Task RecoverAsync()
    {
        if (entries.IsEmpty)
        {
            return;
        }

        var chains = nft.Value.ReadChains();
        foreach (var entry in entries.Values.ToList())
        {
            try
            {
                await FinishAsync(entry, chains).ConfigureAwait(false);
            }
            catch (LinuxException e)
            {
                // Whoever starts a workload in it will be told too; the agent's next start tries again.
                entry.Status = $"It could not be set up: the kernel refused {e.Message}.";
                AgentLog.Error($"Could not set up network '{entry.Name}'", e);
            }
        }
    }

    private async Task FinishAsync(NetworkEntry entry, IReadOnlyList<NftChain> chains)
    {
        switch (entry.Phase)
        {
            case NetworkPhase.Creating:
                Unmake(entry);
                table.Delete(entry.Id);
                entries.TryRemove(entry.Id, out _);
                break;
            case NetworkPhase.Removing:
                await UnmakeAsync(entry).ConfigureAwait(false);
                break;
            default:
                MakeLinks(entry);
                if (!chains.Any(chain => chain.Table == entry.Spec.Bridge && chain.Name == NetworkRules.Mark(entry.Spec)))
                {
                    MakeRules(entry);
                }
                else if (entry.Spec.Mode != VirtNetworkMode.Isolated)
                {
                    Forward(entry.Spec); // an agent may have ended between the rules and this
                }

                Serve(entry);
                break;
        }
    }

    /// <summary>Takes over a workload that the agent before this one has started. Nothing is published until <see cref="Settle"/>.</summary>
    public void TakeOver(NetworkMember member)
    {
        if (!entries.TryGetValue(member.Attachment.NetworkId, out var entry))
        {
            return;
        }

        lock (gate)
        {
            entry.Live.Add(member.Id);
        }

        ports.TakeBack(member);
        names.Add(entry.Id, member);
        addressServer.Add(entry.Id, member);
    }

    /// <summary>Once it is known what runs: publishes the ports of that and of nothing else, with no moment in between.</summary>
    public void Settle()
    {
        foreach (var entry in entries.Values.Where(static e => e.Phase == NetworkPhase.Ready && e.Status.Length == 0))
        {
            SetInnerMtu(entry);
            var batch = new NftBatch();
            foreach (var set in PublishedSets.All)
            {
                batch.Flush(entry.Spec.Bridge, set.Name);
            }

            Publish(batch, entry.Spec, LiveOf(entry));
            try
            {
                nft.Value.Commit(batch);
            }
            catch (LinuxException e)
            {
                entry.Status = $"Its ports could not be published: the kernel refused {e.Message}.";
                AgentLog.Error($"Could not publish the ports of network '{entry.Name}'", e);
            }
        }
    }
}
