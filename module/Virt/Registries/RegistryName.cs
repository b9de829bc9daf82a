using System.Linq;

namespace Virt.Registries;

/// <summary>Which registry an image's name means.</summary>
internal static class RegistryName
{
    /// <summary>The registry of names that name none.</summary>
    public const string DockerHub = "docker.io";

    /// <summary>The registry: the first part where it could not be the name of a user. The agent has the same rule, and says what is wrong with a name.</summary>
    public static string Of(string image)
    {
        var slash = image.IndexOf('/');
        var first = slash > 0 ? image.Substring(0, slash) : "";
        var isHost = first == "localhost" || first.IndexOfAny(['.', ':']) >= 0 || first.Any(static c => c is >= 'A' and <= 'Z');
        return !isHost || first is "index.docker.io" or "registry-1.docker.io" ? DockerHub : first;
    }
}
