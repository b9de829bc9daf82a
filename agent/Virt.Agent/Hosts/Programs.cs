using System;
using System.IO;
using System.Linq;

namespace Virt.Agent.Hosts;

/// <summary>Finds the programs that the agent starts.</summary>
public static class Programs
{
    // A service's PATH may lack the sbin folders.
    private static readonly string[] Always = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>The program's full path; null where it is not installed.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(Always)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
