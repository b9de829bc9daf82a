using System;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace Virt.Commands;

/// <summary>Takes how many workloads are patched at once: a number, or a share of them. ValidatePattern would show its pattern to whoever mistypes.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BatchSizeAttribute : ValidateArgumentsAttribute
{
    private static readonly Regex Form = new(@"^([1-9]\d{0,8}|[1-9]\d?%|100%)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    /// <inheritdoc/>
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (arguments is not string text || !Form.IsMatch(text))
        {
            throw new ValidationMetadataException($"Cannot use '{arguments}' as a batch size: a number from 1 on, or a share from 1% to 100%, is required.");
        }
    }
}
