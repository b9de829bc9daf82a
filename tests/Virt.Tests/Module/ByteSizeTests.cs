using System.Linq;
using System.Management.Automation;
using System.Reflection;
using Virt.Commands;
using Xunit;

namespace Virt.Tests.Module;

public sealed class ByteSizeTests
{
    private readonly ByteSizeAttribute size = new();

    [Theory]
    [InlineData("512M", 512L << 20)]
    [InlineData("512m", 512L << 20)]
    [InlineData("512MB", 512L << 20)]
    [InlineData("2GiB", 2L << 30)]
    [InlineData("1.5G", 3L << 29)]
    [InlineData(" 4 kb ", 4096L)]
    [InlineData("1T", 1L << 40)]
    [InlineData("100B", 100L)]
    [InlineData("1073741824", 1L << 30)]
    [InlineData("-1", -1L)]
    public void A_text_is_read_as_admins_write_sizes(string text, long bytes) => Assert.Equal(bytes, size.Transform(null!, PSObject.AsPSObject(text)));

    [Theory]
    [InlineData("much")]
    [InlineData("512X")]
    [InlineData("1,5G")]
    [InlineData("0.3")]
    [InlineData("999999999P")]
    public void What_is_none_is_told_what_to_type(string text) =>
        Assert.Equal($"Cannot use '{text}' as a size: a number of bytes is required, such as 512MB, 512M, 1.5GB or 2GiB.", Assert.Throws<ArgumentTransformationMetadataException>(() => size.Transform(null!, text)).Message);

    [Fact]
    public void A_number_is_left_to_PowerShell_as_an_empty_cell_of_a_table_is()
    {
        Assert.Equal(1.5, size.Transform(null!, 1.5));
        Assert.Equal("", size.Transform(null!, ""));
    }

    [Fact]
    public void Every_parameter_of_a_number_of_bytes_takes_one()
    {
        var parameters = typeof(ByteSizeAttribute).Assembly.GetTypes().Where(static type => typeof(PSCmdlet).IsAssignableFrom(type)).SelectMany(static type => type.GetProperties())
            .Where(static property => property.GetCustomAttributes<ParameterAttribute>().Any() && property.Name.Contains("Bytes", System.StringComparison.Ordinal) && property.Name != "MtuBytes").ToList();
        Assert.True(parameters.Count > 20);
        Assert.All(parameters, static property => Assert.True(property.GetCustomAttribute<ByteSizeAttribute>() is not null, $"{property.DeclaringType!.Name}.{property.Name}"));
    }
}
