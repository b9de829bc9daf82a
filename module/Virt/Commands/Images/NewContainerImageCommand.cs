using System.Collections;
using System.Management.Automation;
using Virt.Completion;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes images of containers.</summary>
/// <remarks>
/// Makes an image of a folder or an archive of one; of what a container has changed, over the image that it was made from (what lies in its volumes is no part of it; one that runs stands still meanwhile);
/// of a Containerfile, by buildah, with its HEALTHCHECK (what buildah warns of is a warning here too); or of a distribution's packages, by mmdebstrap. The last two have to be installed on the host. A name without a registry is kept as localhost/NAME and found by its short form.
/// </remarks>
/// <example>
/// <code>
/// Start-Container -Image starter -Name draft -- sleep 600
/// Invoke-ContainerCommand draft -- sh -c 'echo hello > /greeting'
/// New-ContainerImage greeter:1 -Container draft -Command cat, /greeting
/// </code>
/// <para>Makes an image of what a container has changed.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "ContainerImage", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class NewContainerImageCommand : NewCommand
{
    private const string PathSet = "Path";
    private const string ContainerSet = "Container";
    private const string ContainerfileSet = "Containerfile";
    private const string DistributionSet = "Distribution";

    /// <summary>The image's name, such as tools:1. Another image that has it loses it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    /// <summary>A folder of the host, or a tar archive of one (compressed by gzip or zstd or not), an absolute path: it becomes the only layer.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    public string? Path { get; set; }

    /// <summary>The container whose changes become a layer.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ContainerSet)]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string? Container { get; set; }

    /// <summary>A Containerfile, or Dockerfile, of the host, an absolute path. Without it: the one in -Context.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ContainerfileSet)]
    public string? Containerfile { get; set; }

    /// <summary>The folder of the host that a Containerfile copies from, an absolute path. Without it: the one that the file is in.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ContainerfileSet)]
    public string? Context { get; set; }

    /// <summary>A distribution of Debian or Ubuntu, such as bookworm.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string? Distribution { get; set; }

    /// <summary>Packages to install beside the essential ones.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string[] Package { get; set; } = [];

    /// <summary>Where the packages come from: addresses, or lines of sources.list such as 'deb [signed-by=/etc/apt/keyrings/own.gpg] http://localhost/debian bookworm main'. Without it: the host's own sources where it has some of the distribution, else the distribution's.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string[] Mirror { get; set; } = [];

    /// <summary>The components of mirrors that are addresses, such as main, universe. Without it: main.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = DistributionSet)]
    public string[] Component { get; set; } = [];

    /// <summary>What its containers run when nothing is named.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Command { get; set; } = [];

    /// <summary>What its containers run before their command; the old command goes with the old entry point.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[] Entrypoint { get; set; } = [];

    /// <summary>Variables of its containers, as @{ NAME = 'value' } or 'NAME=value'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Environment { get; set; }

    /// <summary>What is said of it, as @{ Name = 'value' } or 'Name=value'.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NameValues]
    public IDictionary? Labels { get; set; }

    /// <summary>As whom its containers run.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? User { get; set; }

    /// <summary>Where its containers run, an absolute path.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? WorkingDirectory { get; set; }

    /// <summary>Who made it.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Author { get; set; }

    /// <summary>What its history says of this step.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Comment { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Make(
        Methods.NewContainerImage,
        new NewContainerImage
        {
            Name = Name,
            Path = Path ?? "",
            Container = Container ?? "",
            Containerfile = Containerfile ?? "",
            Context = Context ?? "",
            Distribution = Distribution ?? "",
            Packages = Package,
            Mirrors = Mirror,
            Components = Component,
            Command = Command,
            Entrypoint = Entrypoint,
            Environment = NameValuesAttribute.ToStrings(Environment),
            Labels = NameValuesAttribute.ToStrings(Labels),
            User = Given(User) ?? "",
            WorkingDirectory = Given(WorkingDirectory) ?? "",
            Author = Given(Author) ?? "",
            Comment = Given(Comment) ?? "",
        },
        Name,
        (_, image) =>
        {
            foreach (var warning in image.Warnings)
            {
                Warn($"Container image '{image.Name}': {warning}");
            }

            return image;
        });
}
