using System;
using System.Globalization;
using System.Management.Automation;

namespace Virt.Commands;

/// <summary>Takes a moment also as how long ago it is: 5m, 1h30m, 2d, or a TimeSpan. Everything else is left to PowerShell, which reads a time of the day or a date.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MomentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            TimeSpan ago => DateTimeOffset.Now - ago,
            string text when IsNumber(text) => Ago(text),
            string text => DurationAttribute.TryParse(text) is { } ago ? DateTimeOffset.Now - ago : inputData,
            // A bare number would be ticks of 100 ns since the year 1; 2d is a decimal to PowerShell.
            IConvertible number when value is not DateTime && number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.Decimal => Ago(value),
            _ => inputData,
        };
    }

    private static bool IsNumber(string text) => long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);

    private static DateTimeOffset Ago(object number) => DateTimeOffset.Now - (TimeSpan)new DurationAttribute().Transform(null!, number);
}
