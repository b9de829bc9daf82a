using System;
using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Virt.Commands;

/// <summary>Takes a duration also as 4h, 90m, 1h30m, 45s or 2d. Everything else is left to PowerShell, which reads 04:00:00.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationAttribute : ArgumentTransformationAttribute
{
    private static readonly Regex Words = new(
        @"^\s*((?<days>\d{1,5})d)?((?<hours>\d{1,6})h)?((?<minutes>\d{1,7})m)?((?<seconds>\d{1,8})s)?\s*$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(1));

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not string text)
        {
            // 2d is a decimal to PowerShell, and any other bare number would be ticks of 100 ns.
            return value is null or TimeSpan ? inputData : value is decimal and > 0 and < 10000 ? TimeSpan.FromDays((double)(decimal)value) : throw BadNumber(value);
        }

        if (TryParse(text) is { } duration)
        {
            return duration;
        }

        if (long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw BadNumber(number);
        }

        return text.Contains(":") && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : throw Bad(text);
    }

    /// <summary>Reads 4h, 90m, 1h30m, 45s or 2d; null: it is nothing of the kind.</summary>
    internal static TimeSpan? TryParse(string text) => Words.Match(text) is { Success: true } match && text.Trim().Length > 0
        ? new TimeSpan(Number(match, "days"), Number(match, "hours"), Number(match, "minutes"), Number(match, "seconds"))
        : null;

    private static int Number(Match match, string unit) => match.Groups[unit].Success ? int.Parse(match.Groups[unit].Value, CultureInfo.InvariantCulture) : 0;

    // 45s is the number 45 to PowerShell, as a short, and what the user meant is lost.
    private static ArgumentTransformationMetadataException BadNumber(object value) =>
        new(FormattableString.Invariant($"Cannot use the number {value} as a duration: it has no unit. Type {value}d for days, {value}h for hours or {value}m for minutes, and '{value}s' in quotes for seconds, which PowerShell takes for a number otherwise."));

    private static ArgumentTransformationMetadataException Bad(object value) =>
        new($"Cannot use '{value}' as a duration: 4h, 90m, 1h30m, 45s, 2d or 04:00:00 is required.");
}
