using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;

namespace Virt.Agent.Networks;

/// <summary>Which address of a subnet is whose. Used under its network's lock.</summary>
internal sealed class AddressBook(Subnet subnet)
{
    private readonly Dictionary<uint, Guid> owners = [];
    private uint next = 2;

    public Subnet Subnet => subnet;

    /// <summary>True where it is an address of the subnet that a member can have.</summary>
    public bool Has(IPAddress address) => subnet.NumberOf(address) is not null;

    /// <summary>Takes a certain address.</summary>
    /// <returns>False where it is another's.</returns>
    public bool TryTake(IPAddress address, Guid owner, out Guid holder)
    {
        holder = HolderOf(address) ?? owner;
        if (holder != owner)
        {
            return false;
        }

        owners[NumberOf(address)] = owner;
        return true;
    }

    /// <summary>Whose an address is; null: nobody's.</summary>
    public Guid? HolderOf(IPAddress address) => owners.TryGetValue(NumberOf(address), out var holder) ? holder : null;

    /// <summary>Takes the next free address: one that was given back is given again as late as possible.</summary>
    /// <returns>Null where all are taken.</returns>
    public IPAddress? TakeNext(Guid owner)
    {
        if ((uint)owners.Count >= subnet.MemberCount)
        {
            return null;
        }

        while (owners.ContainsKey(next))
        {
            Advance();
        }

        var number = next;
        owners[number] = owner;
        Advance();
        return subnet.At(number);
    }

    /// <summary>Gives back all that is an owner's.</summary>
    public void Release(Guid owner)
    {
        foreach (var number in owners.Where(pair => pair.Value == owner).Select(static pair => pair.Key).ToList())
        {
            owners.Remove(number);
        }
    }

    private uint NumberOf(IPAddress address) => subnet.NumberOf(address) ?? throw new ArgumentOutOfRangeException(nameof(address));

    private void Advance() => next = next - 1 < subnet.MemberCount ? next + 1 : 2;
}
