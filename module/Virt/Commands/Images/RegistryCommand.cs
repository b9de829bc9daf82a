using System.Management.Automation;
using Virt.Protocol;
using Virt.Registries;

namespace Virt.Commands;

/// <summary>The base of cmdlets that bring images from registries or to them: what those are shown is the caller's own, and is read where the caller is.</summary>
public abstract class RegistryCommand : NewCommand
{
    private RegistryLogins? logins;

    /// <summary>
    /// What the registry is shown, as Get-Credential gives it. Without it: what docker login has written into config.json in the folder of the variable DOCKER_CONFIG,
    /// else in .docker of your home folder, or what a docker-credential program named there knows. No agent keeps it.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public PSCredential? Credential { get; set; }

    /// <summary>What the registry of an image is shown; null: nothing.</summary>
    private protected RegistryCredential? CredentialFor(string image) => (logins ??= new RegistryLogins(WriteWarning, Cancellation)).Find(RegistryName.Of(image), Credential);
}
