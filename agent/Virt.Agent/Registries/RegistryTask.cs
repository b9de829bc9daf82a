using Virt.Agent.Images;
using Virt.Protocol;

namespace Virt.Agent.Registries;

/// <summary>What a registry is asked for, for the words of errors.</summary>
/// <param name="Verb"><c>save</c>, <c>publish</c> or <c>test</c>.</param>
/// <param name="Image">The image.</param>
/// <param name="Credential">The user's own; null: none.</param>
internal sealed record RegistryTask(string Verb, ImageReference Image, RegistryCredential? Credential)
{
    /// <summary>The command that does it again.</summary>
    public string Command => Verb switch
    {
        "save" => "Save-ContainerImage",
        "publish" => "Publish-ContainerImage",
        _ => "Test-ContainerImage",
    };
}
