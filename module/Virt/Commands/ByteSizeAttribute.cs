using System;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Virt.Commands;

/// <summary>
/// Takes a size also as docker, virsh and configuration files write it: 512M, 512m, 1.5G, 2GiB. All are powers of 1024, as PowerShell's own 512MB is. Numbers are left to PowerShell.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    private const string Units = "KMGTP";

    private static readonly Regex Words = new(
        @"^\s*(?<number>-?\d{1,18}(\.\d{1,6})?)\s*((?<unit>[kmgtp])(i?b)?|b)?\s*$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(1));

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not string text || string.IsNullOrWhiteSpace(text))
        {
            return inputData; // also the empty cell of a table
        }

        var match = Words.Match(text);
        if (!match.Success)
        {
            throw Bad(text);
        }

        var number = decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        var unit = match.Groups["unit"].Value.ToUpperInvariant();
        var bytes = unit.Length == 0 ? number : number * (1L << (10 * (Units.IndexOf(unit, StringComparison.Ordinal) + 1)));
        return bytes == decimal.Truncate(bytes) && Math.Abs(bytes) <= long.MaxValue ? (long)bytes : throw Bad(text);
    }

    private static ArgumentTransformationMetadataException Bad(string text)
    {
        var message = $"Cannot use '{text}' as a size: a number of bytes is required, such as 512MB, 512M, 1.5GB or 2GiB.";
        return new ArgumentTransformationMetadataException(message, new PSInvalidCastException(message));
    }
}
