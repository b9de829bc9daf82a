using System;
using System.IO;
using System.Management.Automation;
using System.Threading;
using Virt.Protocol;

namespace Virt.Registries;

/// <summary>What registries are shown in one call of a cmdlet: what its user gives, else what the user's own files say.</summary>
/// <param name="warn">Tells that something could not be read. Most images need nothing, so the registry is then asked without.</param>
/// <param name="cancellation">Ends a program that is asked.</param>
internal sealed class RegistryLogins(Action<string> warn, CancellationToken cancellation)
{
    private DockerConfig? config;

    /// <summary>What a registry is shown; null: nothing.</summary>
    /// <exception cref="PipelineStoppedException">The wait was cancelled.</exception>
    public RegistryCredential? Find(string registry, PSCredential? given)
    {
        if (given is not null)
        {
            return new RegistryCredential { Registry = registry, UserName = given.UserName, Password = given.GetNetworkCredential().Password };
        }

        try
        {
            return (config ??= DockerConfig.Load()).Find(registry, cancellation);
        }
        catch (InvalidDataException e)
        {
            warn($"Registry '{registry}' is asked without your credentials: {e.Message}.");
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
