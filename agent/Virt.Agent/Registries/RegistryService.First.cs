using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Registries;

public sealed partial class RegistryService
{
    /// <summary>Fetches the image of a new container where that is wanted, and then goes on. A fetch that broke off is gone on with by the next one.</summary>
    /// <param name="container">The container to be.</param>
    /// <param name="call">The call.</param>
    /// <param name="then">What comes then.</param>
    /// <exception cref="VirtException">What registries fail with, before anything was made; what comes then.</exception>
    public async Task<Container> FetchFirstAsync(NewContainer container, Call call, Func<Task<Container>> then)
    {
        if (IsWanted(container))
        {
            await PullAsync(new SaveContainerImage { Name = container.Image, Credential = container.PullCredential }, call).ConfigureAwait(false);
            if (call.WhatIf && store.Find(container.Image) is null)
            {
                // The rest cannot be checked before the image is here.
                return new Container { Name = container.Name ?? "", Image = container.Image };
            }
        }

        return await then().ConfigureAwait(false);
    }

    // A folder of files on the host is there, whatever the store has.
    private bool IsWanted(NewContainer container) =>
        container.Pull == ContainerPull.Always || (container.Pull == ContainerPull.Missing && !isFolder(container.Image) && store.Find(container.Image) is null);
}
