using System.Collections.Generic;

namespace Virt.Linux.Netlink;

/// <summary>
/// Changes to nftables tables of the family <c>inet</c> that come into force together or not at all (linux/netfilter/nf_tables.h, nfnetlink.h; nft(8)).
/// </summary>
public sealed class NftBatch
{
    private const byte Inet = 1;
    private const ushort BatchBegin = 0x10, BatchEnd = 0x11, Subsystem = 10;
    private const ushort NewTable = 0, DeleteTable = 2, NewChain = 3, NewRule = 6, NewSet = 9, NewElement = 12, DeleteElement = 14;
    private const ushort ListElement = 1, DataValue = 1;
    private readonly NetlinkBatch batch = new();
    private int lastSet;

    /// <summary>Begins one.</summary>
    public NftBatch() => batch.Begin("", BatchBegin, 0, [0, 0, 0, (byte)Subsystem]);

    /// <summary>True where there is nothing to send.</summary>
    public bool IsEmpty => batch.Count == 1;

    /// <summary>Makes a table; one that is there stays as it is.</summary>
    public void AddTable(string table)
    {
        Begin(table, NewTable, NetlinkBatch.Create);
        batch.Add(1, table);
    }

    /// <summary>Removes a table with all that is in it. It must be there.</summary>
    public void RemoveTable(string table)
    {
        Begin(table, DeleteTable, 0);
        batch.Add(1, table);
    }

    /// <summary>Makes a chain that nothing leads to: a mark.</summary>
    public void AddChain(string table, string chain)
    {
        Begin($"{table} {chain}", NewChain, NetlinkBatch.Create);
        batch.Add(1, table);
        batch.Add(3, chain);
    }

    /// <summary>Makes a chain that packets come through. What it lets pass, other tables can still refuse.</summary>
    /// <param name="table">The table.</param>
    /// <param name="chain">Its name.</param>
    /// <param name="type"><c>filter</c> or <c>nat</c>.</param>
    /// <param name="hook">Where in their way.</param>
    /// <param name="priority">The lower, the earlier.</param>
    public void AddChain(string table, string chain, string type, NftHook hook, int priority)
    {
        AddChain(table, chain);
        var nest = batch.Nest(4);
        batch.AddBigEndian(1, (int)hook);
        batch.AddBigEndian(2, priority);
        batch.End(nest);
        batch.Add(7, type);
        batch.AddBigEndian(5, 1); // NF_ACCEPT: what no rule speaks of is not this table's affair
    }

    /// <summary>Adds a rule at a chain's end.</summary>
    public void AddRule(string table, string chain, NftRule rule)
    {
        Begin($"{table} {chain}", NewRule, NetlinkBatch.Create | NetlinkBatch.Append);
        batch.Add(1, table);
        batch.Add(2, chain);
        var list = batch.Nest(4);
        foreach (var (name, write) in rule.Expressions)
        {
            var element = batch.Nest(ListElement);
            batch.Add(1, name);
            var data = batch.Nest(2);
            write(batch);
            batch.End(data);
            batch.End(element);
        }
        batch.End(list);
    }

    /// <summary>Makes a set, or a map.</summary>
    public void AddSet(string table, NftSet set)
    {
        Begin($"{table} {set.Name}", NewSet, NetlinkBatch.Create);
        batch.Add(1, table);
        batch.Add(2, set.Name);
        var isConcatenated = set.Key.Length > 1;
        batch.AddBigEndian(3, (set.IsInterval ? 4 : 0) | (set.Data.Length > 0 ? 8 : 0) | (isConcatenated ? 0x80 : 0));
        batch.AddBigEndian(4, NftField.TypeOf(set.Key));
        batch.AddBigEndian(5, NftField.LengthOf(set.Key));
        if (set.Data.Length > 0)
        {
            batch.AddBigEndian(6, NftField.TypeOf(set.Data));
            batch.AddBigEndian(7, NftField.LengthOf(set.Data));
        }
        if (isConcatenated)
        {
            var description = batch.Nest(9);
            var fields = batch.Nest(2);
            foreach (var field in set.Key)
            {
                var one = batch.Nest(ListElement);
                batch.AddBigEndian(1, field.Length);
                batch.End(one);
            }
            batch.End(fields);
            batch.End(description);
        }
        batch.AddBigEndian(10, ++lastSet);
    }

    /// <summary>Puts elements into a set, or takes them out.</summary>
    /// <param name="table">The table.</param>
    /// <param name="set">The set.</param>
    /// <param name="elements">What; each must be there to be taken out.</param>
    /// <param name="isRemoved">They are taken out.</param>
    public void AddElements(string table, string set, IReadOnlyList<NftElement> elements, bool isRemoved = false)
    {
        // An attribute's length has 16 bits.
        const int Most = 400;
        for (var first = 0; first < elements.Count; first += Most)
        {
            Begin($"{table} {set}", isRemoved ? DeleteElement : NewElement, isRemoved ? (ushort)0 : NetlinkBatch.Create);
            batch.Add(1, table);
            batch.Add(2, set);
            var list = batch.Nest(3);
            for (var i = first; i < elements.Count && i < first + Most; i++)
            {
                var one = batch.Nest(ListElement);
                AddData(1, elements[i].Key);
                if (elements[i].KeyEnd is { } end)
                    AddData(10, end);
                if (elements[i].Data is { } data && !isRemoved)
                    AddData(2, data);
                batch.End(one);
            }
            batch.End(list);
        }
    }

    /// <summary>Takes all elements out of a set.</summary>
    public void Flush(string table, string set)
    {
        Begin($"{table} {set}", DeleteElement, 0);
        batch.Add(1, table);
        batch.Add(2, set);
    }

    /// <summary>Closes the batch; nothing can be added any more.</summary>
    internal NetlinkBatch End()
    {
        batch.Begin("", BatchEnd, 0, [0, 0, 0, (byte)Subsystem]);
        return batch;
    }

    private void AddData(ushort type, byte[] value)
    {
        var nest = batch.Nest(type);
        batch.Add(DataValue, value);
        batch.End(nest);
    }

    private void Begin(string subject, ushort message, ushort flags) => batch.Begin(subject, (ushort)((Subsystem << 8) | message), flags, [Inet, 0, 0, 0]);
}
