using System;
using System.Linq;
using Virt.Protocol;
using Virt.Session;

namespace Virt.Commands;

/// <content>Workloads that are started after others when their host has started. One that is not there yet may come; a name that was mistyped never does.</content>
public abstract partial class VirtCommand
{
    /// <summary>Warns of machines that nobody has heard of.</summary>
    private protected VM WarnOfMissing(HostCalls host, VM machine, string[] after)
    {
        WarnOfMissing("VM", machine.Name, after.Length == 0 ? [] : host.Invoke(Methods.GetVM, new GetVM { Names = after }).Items.Select(static other => other.Name).ToArray(), after);
        return machine;
    }

    /// <summary>The same of containers.</summary>
    private protected Container WarnOfMissing(HostCalls host, Container container, string[] after)
    {
        WarnOfMissing("container", container.Name, after.Length == 0 ? [] : host.Invoke(Methods.GetContainer, new GetContainer { Names = after }).Items.Select(static other => other.Name).ToArray(), after);
        return container;
    }

    private void WarnOfMissing(string kind, string name, string[] known, string[] after)
    {
        foreach (var missing in after.Where(other => !known.Contains(other, StringComparer.OrdinalIgnoreCase)))
        {
            Warn($"{char.ToUpperInvariant(kind[0])}{kind.Substring(1)} '{name}' would be started after '{missing}', but there is no {kind} of that name yet.");
        }
    }
}
