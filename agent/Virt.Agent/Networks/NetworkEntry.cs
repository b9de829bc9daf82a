using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.NetworkInformation;
using System.Text.Json;
using Virt.Agent.State;

namespace Virt.Agent.Networks;

/// <summary>A network in memory: its row, read, and who belongs to it. Its lists are read and changed under the service's gate.</summary>
internal sealed class NetworkEntry
{
    public NetworkEntry(ResourceRow row)
    {
        Row = row;
        Spec = JsonSerializer.Deserialize(row.Spec, NetworkJson.Default.NetworkSpec)!;
        Phase = Enum.Parse<NetworkPhase>(row.Phase);
        Books = [.. Spec.Ranges.Select(static range => new AddressBook(range))];
    }

    public ResourceRow Row { get; private set; }

    public NetworkSpec Spec { get; private set; }

    public NetworkPhase Phase { get; private set; }

    public Guid Id => Row.Id;

    public string Name => Row.Name;

    /// <summary>Whose which address is, of each subnet.</summary>
    public IReadOnlyList<AddressBook> Books { get; }

    /// <summary>All that belong to it.</summary>
    public Dictionary<Guid, NetworkMember> Members { get; } = [];

    /// <summary>Those of them that run.</summary>
    public HashSet<Guid> Live { get; } = [];

    /// <summary>The bridge's index; 0 where it is not there.</summary>
    public int Bridge { get; set; }

    /// <summary>The bridge has another MTU now than what runs was started with.</summary>
    public bool HasNewMtu { get; set; }

    /// <summary>What is not as it should be.</summary>
    public string Status { get; set; } = "";

    /// <summary>It is removed.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>
    /// The bridge's hardware address: fixed, for a bridge without one takes that of a port, and members would look for a gateway that has moved. That of its gateway where
    /// the network is this host's alone; on a wire that others share two hosts must not have the same one.
    /// </summary>
    public PhysicalAddress MacAddress
    {
        get
        {
            if (Spec.Uplink.Length == 0)
            {
                return HardwareAddress.Of(Spec.Ranges.First().Gateway);
            }

            var id = Id.ToByteArray();
            return new PhysicalAddress([0x02, 0x56, 0xFF, id[0], id[1], id[2]]);
        }
    }

    public static ResourceRow NewRow(Guid id, string name, NetworkSpec spec, DateTimeOffset time) => new()
    {
        Id = id,
        Kind = NetworkService.Kind,
        Name = name,
        Phase = nameof(NetworkPhase.Creating),
        Spec = Write(spec),
        Created = time,
    };

    /// <summary>Writes the phase, and the spec where it is another, to the disk.</summary>
    public void Set(ResourceTable table, NetworkPhase phase, NetworkSpec? spec = null)
    {
        var row = Row with { Phase = phase.ToString(), Spec = spec is null ? Row.Spec : Write(spec) };
        table.Update(row);
        Row = row;
        Phase = phase;
        Spec = spec ?? Spec;
    }

    private static string Write(NetworkSpec spec) => JsonSerializer.Serialize(spec, NetworkJson.Default.NetworkSpec);
}
