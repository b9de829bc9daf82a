using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>Why the other host of a move cannot be asked, or could not ask back, as a problem of the plan. Pure: each with the command that mends it, or finds out why.</summary>
public static class PeerProblems
{
    // Appended, so that what is set there already stays.
    private const string Listen = "echo 'VIRT_AGENT_OPTIONS=--peer-listen 0.0.0.0:7711' | sudo tee -a /etc/default/virt-agent && sudo systemctl restart virt-agent";

    /// <summary>A call of a peer that failed.</summary>
    /// <param name="e">How.</param>
    /// <param name="peer">Which one.</param>
    public static PlanProblem Of(VirtException e, VirtPeer peer) => e.Id == "UnknownMethod"

        // One that has forgotten us lets us call next to nothing.
        ? PlanProblem.Blocking("PeerNotTrusted", peer.Name, $"Host '{peer.Name}' does not know this host as a peer.", FixOf("PeerNotTrusted", peer))
        : PlanProblem.Blocking(e.Id, e.Target ?? peer.Name, e.Message, FixOf(e.Id, peer));

    /// <summary>The machine's own host cannot be reached by the peer.</summary>
    /// <param name="host">Its name.</param>
    /// <param name="peer">The other one.</param>
    public static PlanProblem NoListener(string host, VirtPeer peer) => PlanProblem.Blocking(
        "NoPeerListener",
        host,
        $"The agent of host '{host}' listens for no peers, so host '{peer.Name}' could not ask it how a move ended that was cut off.",
        $"sh -c \"{Listen}\"; Add-VirtPeer {peer.Name}");

    private static string FixOf(string id, VirtPeer peer)
    {
        var host = peer.Address.Length > 0 ? PeerAddress.Parse(peer.Address).Host : peer.Name;
        return id switch
        {
            "PeerUnavailable" => $"ssh {host} sudo systemctl restart virt-agent",
            "PeerTimeout" => $"ping -c 3 {host}; ssh {host} sudo systemctl restart virt-agent",
            "PeerNotTrusted" => $"Add-VirtPeer {peer.Name}",
            "NoPeerListener" => $"ssh {host} \"{Listen}\"; Add-VirtPeer {peer.Name}",
            _ => $"Test-VirtHost -ComputerName {peer.Name}",
        };
    }
}
