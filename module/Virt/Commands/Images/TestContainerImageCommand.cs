using System;
using System.Linq;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;
using Virt.Registries;

namespace Virt.Commands;

/// <summary>Tells whether images are out of date.</summary>
/// <remarks>
/// Asks the registries of a host's images which digest their tags have now. An image is current where that is the digest that it came with. Containers that are made of
/// what a tag stood for before are listed: get the image by Save-ContainerImage, and make them anew. A registry that does not answer is an error beside the others' answers.
/// </remarks>
/// <example>
/// <code>
/// Save-ContainerImage debian:12
/// Test-ContainerImage debian:12
/// </code>
/// <para>Tells whether there is a newer image, and which containers run on an older one.</para>
/// </example>
/// <example>
/// <code>
/// Save-ContainerImage debian:12
/// Test-ContainerImage | Where-Object IsCurrent -EQ $false | Save-ContainerImage
/// </code>
/// <para>Gets every image that has become newer.</para>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "ContainerImage")]
[OutputType(typeof(ContainerImageTest))]
public sealed class TestContainerImageCommand : VirtCommand
{
    /// <summary>The names of images; wildcards are allowed. Without it: all that came from registries.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Names]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerImageCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>
    /// What the registry is shown, as Get-Credential gives it; only where all images are of one registry. Without it: what docker login has written, as for Save-ContainerImage.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var logins = new RegistryLogins(text => Warn(text), Cancellation);
        ForEachHost(HostNames, host =>
        {
            var images = host.Invoke(Methods.GetContainerImage, new GetContainerImage { Names = Name }).Items;
            var registries = images.Select(image => RegistryName.Of(image.Name)).Distinct(StringComparer.Ordinal).ToArray();
            if (Credential is not null && registries.Length > 1)
            {
                throw new VirtException(
                    ErrorCode.InvalidArgument,
                    "OneRegistryRequired",
                    $"Cannot test images of {registries.Length} registries ({string.Join(", ", registries)}) with one credential: it is for one of them.",
                    action: $"Test-ContainerImage '{registries[0]}/*' -Credential (Get-Credential)");
            }

            var credentials = registries.Select(registry => logins.Find(registry, Credential)).OfType<RegistryCredential>().ToArray();
            var found = host.Invoke(Methods.TestContainerImage, new TestContainerImage { Names = Name, Credentials = credentials });
            Array.ForEach(found.Items, Emit);
            Report(found.Errors);
        });
    }
}
