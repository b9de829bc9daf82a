using System.IO;

namespace Virt.Agent.Containers;

/// <summary>How the host finds others by name: what a container in the host's network needs too (hosts(5), resolv.conf(5)).</summary>
/// <param name="Hosts">The host's /etc/hosts.</param>
/// <param name="Resolver">The host's /etc/resolv.conf.</param>
internal sealed record ContainerHostNames(string Hosts, string Resolver)
{
    private const int Longest = 16 * 1024;

    /// <summary>Reads both; one that is missing, or longer than any that a person writes, is empty.</summary>
    public static ContainerHostNames Read() => new(Text("/etc/hosts"), Text("/etc/resolv.conf"));

    private static string Text(string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            return text.Length > Longest || text.Contains('\0') ? "" : text;
        }
        catch (IOException)
        {
            return "";
        }
    }
}
