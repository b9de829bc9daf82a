using System;
using System.IO;
using Virt.Agent.Images.Store;
using Xunit;

namespace Virt.Tests.Images.Store;

public sealed class ImageFaultsTests
{
    [Fact]
    public void Every_fault_point_is_tried_by_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Images", "ImageFaultTests.cs"));
        Assert.All(ImageFaults.All, point => Assert.Contains($"\"{point}", tests, StringComparison.Ordinal));
    }
}
