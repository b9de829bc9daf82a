namespace Virt.Agent.Registries;

/// <summary>An image that is being saved, as it is stored, so that it can be gone on with when the agent was restarted. No secret is ever part of it.</summary>
public sealed record PullSpec
{
    /// <summary>The image, as it was asked for.</summary>
    public required string Name { get; init; }

    /// <summary>The platform, as it was asked for.</summary>
    public required string Platform { get; init; }

    /// <summary>The registry was shown something that the agent did not keep: only who has it can go on.</summary>
    public required bool HadCredential { get; init; }
}
