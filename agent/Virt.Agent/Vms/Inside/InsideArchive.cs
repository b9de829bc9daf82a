using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Virt.Agent.Images.Tar;
using Virt.Linux.Files;

namespace Virt.Agent.Vms.Inside;

/// <summary>The agent as it comes into a guest: this very program, the library that stands beside it, and its unit, packed. The same program gives the same bytes.</summary>
/// <param name="Bytes">A tar archive, by gzip.</param>
/// <param name="Digest">Its SHA-256, in hexadecimal digits.</param>
internal sealed partial record InsideArchive(byte[] Bytes, string Digest)
{
    private const string Folder = "/usr/local/lib/virt";

    /// <summary>Packs it.</summary>
    /// <param name="program">The agent's program.</param>
    /// <exception cref="IOException">It, or its library, cannot be read.</exception>
    public static InsideArchive Pack(string program)
    {
        var library = Path.Combine(Path.GetDirectoryName(program)!, "libe_sqlite3.so");
        using var unit = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("virt-agent.service")!);
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var tar = new TarWriter(zip);
            foreach (var (name, mode, bytes) in new List<(string, uint, byte[])>
            {
                ("virt-agent", 0x1ED /* 0755 */, File.ReadAllBytes(program)),
                ("libe_sqlite3.so", 0x1A4 /* 0644 */, File.ReadAllBytes(library)),
                ("virt-agent.service", 0x1A4, Encoding.UTF8.GetBytes(UnitOf(unit.ReadToEnd()))),
            })
            {
                tar.Add(new TarEntry { Name = Encoding.UTF8.GetBytes(name), Kind = TarKind.File, Size = bytes.Length, Attributes = new TreeAttributes { Mode = mode } }, bytes);
            }

            tar.Finish();
        }

        var all = packed.ToArray();
        return new InsideArchive(all, Convert.ToHexStringLower(SHA256.HashData(all)));
    }

    /// <summary>The package's unit as it is in a guest: the program is where only we put something, nothing is activated by a socket, and the port is waited for.</summary>
    public static string UnitOf(string unit)
    {
        unit = unit.Replace("/usr/lib/virt/", Folder + "/", StringComparison.Ordinal)
            .Replace("$VIRT_AGENT_OPTIONS", $"--guest-port /dev/virtio-ports/{QemuArguments.AgentPortName} $VIRT_AGENT_OPTIONS", StringComparison.Ordinal);
        return SocketLines().Replace(unit, "").Replace("After=virt-agent.socket ", "After=", StringComparison.Ordinal);
    }

    [GeneratedRegex("^(?:Requires|Also)=virt-agent.socket\n", RegexOptions.Multiline, 1000)]
    private static partial Regex SocketLines();
}
