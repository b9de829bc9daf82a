using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Virt.Agent.Hosts;

/// <summary>Reads files of the form of /etc/passwd.</summary>
internal static class AccountFile
{
    public static IEnumerable<string[]> Read(string path) => File.Exists(path) ? File.ReadLines(path).Select(line => line.Split(':')) : [];
}
