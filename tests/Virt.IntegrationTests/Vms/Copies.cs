using System.Linq;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;

namespace Virt.IntegrationTests.Vms;

/// <summary>What the tests say of copies of a host's machines, in one line each.</summary>
internal static class Copies
{
    public static VM[] Copy(this TestHost host, string machine, string name = "", int count = 1, bool isFull = false) =>
        host.Invoke(Methods.CopyVM, new CopyVM { Name = machine, NewName = name, Count = count, Full = isFull }).Items;

    public static VM Remove(this TestHost host, string name, bool deleteDisk = true) =>
        host.Invoke(Methods.RemoveVM, new RemoveVM { Name = name, DeleteDisk = deleteDisk, Force = true });

    /// <summary>The machines, by name.</summary>
    public static string Machines(this TestHost host) => string.Join(' ', host.Invoke(Methods.GetVM, new GetVM()).Items.Select(static vm => vm.Name));

    /// <summary>What a disk says of the one that it stands on; empty: it stands on none.</summary>
    public static async Task<string> BackingOfAsync(this TestHost host, string path) =>
        (await host.RunAsync("sh", "-c", $"qemu-img info -U '{path}' | sed -n 's/^backing file: //p'")).Trim();
}
