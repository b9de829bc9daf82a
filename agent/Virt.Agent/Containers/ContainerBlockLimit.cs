using System;
using System.Globalization;
using System.Linq;

namespace Virt.Agent.Containers;

/// <summary>How fast a container may use one disk.</summary>
/// <param name="Device">The disk's node on the host.</param>
/// <param name="ReadBytes">Bytes read a second; null: no limit.</param>
/// <param name="WriteBytes">Bytes written a second.</param>
/// <param name="ReadOperations">Reads a second.</param>
/// <param name="WriteOperations">Writes a second.</param>
public sealed record ContainerBlockLimit(string Device, long? ReadBytes, long? WriteBytes, long? ReadOperations, long? WriteOperations)
{
    /// <summary>Reads <c>/dev/sda:read=10MB,write=5MB,readops=100,writeops=100</c>, any of the four.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="cause">What is wrong with it.</param>
    internal static ContainerBlockLimit? Parse(string text, out string cause)
    {
        var colon = text.IndexOf(':');
        var limit = new ContainerBlockLimit(colon < 0 ? "" : text[..colon], null, null, null, null);
        foreach (var pair in colon < 0 ? [] : text[(colon + 1)..].Split(','))
        {
            var equals = pair.IndexOf('=');
            var value = equals < 0 ? null : Bytes(pair[(equals + 1)..]);
            limit = (equals < 0 ? "" : pair[..equals].ToLowerInvariant()) switch
            {
                "read" when value > 0 => limit with { ReadBytes = value },
                "write" when value > 0 => limit with { WriteBytes = value },
                "readops" when value > 0 => limit with { ReadOperations = value },
                "writeops" when value > 0 => limit with { WriteOperations = value },
                _ => limit with { Device = "" },
            };
        }

        cause = NewContainerCheck.IsPlainPath(limit.Device) && limit != new ContainerBlockLimit(limit.Device, null, null, null, null)
            ? ""
            : $"'{text}' is no limit of a disk: '/dev/sda:read=10MB,write=5MB,readops=100,writeops=100' and parts of it are";
        return cause.Length > 0 ? null : limit;
    }

    /// <summary>As the user writes it.</summary>
    public override string ToString() =>
        $"{Device}:" + string.Join(',', new[] { ("read", ReadBytes), ("write", WriteBytes), ("readops", ReadOperations), ("writeops", WriteOperations) }.Where(p => p.Item2 is not null).Select(p => FormattableString.Invariant($"{p.Item1}={p.Item2}")));

    private static long? Bytes(string text)
    {
        var digits = text.TrimEnd('B', 'b', 'K', 'k', 'M', 'm', 'G', 'g', 'T', 't', 'i');
        var unit = text[digits.Length..].ToUpperInvariant() switch { "" or "B" => 1L, "K" or "KB" or "KIB" => 1L << 10, "M" or "MB" or "MIB" => 1L << 20, "G" or "GB" or "GIB" => 1L << 30, _ => 0 };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && unit > 0 && number <= long.MaxValue / unit ? number * unit : null;
    }
}
