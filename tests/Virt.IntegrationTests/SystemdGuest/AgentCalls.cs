using System.Collections.Generic;
using Virt.IntegrationTests.Containers;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>Short words for what the tests here ask the guest's agent for.</summary>
internal static class AgentCalls
{
    public static Container Run(this VirtClient client, NewContainer request) => client.Invoke(Methods.StartContainer, new StartContainer { Create = request });

    public static Container WaitForEnd(this VirtClient client, Container container) =>
        client.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, For = WaitCondition.Stopped, Timeout = Poll.Limit });

    public static Container Get(this VirtClient client, Container container) =>
        Xunit.Assert.Single(client.Invoke(Methods.GetContainer, new GetContainer { Ids = [container.Id] }).Items);

    /// <summary>The lines that it has written, standard error's with "! " before them.</summary>
    public static IReadOnlyList<string> Log(this VirtClient client, Container container)
    {
        var observer = new ContainerHost.Observer();
        client.Invoke(Methods.GetContainerLog, new GetContainerLog { Id = container.Id }, observer: observer);
        return observer.Lines;
    }

    public static void Remove(this VirtClient client, Container container) => client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Force = true });
}
