using System;
using System.IO;
using Virt.Agent.Storage.Volumes;
using Xunit;

namespace Virt.Tests.Storage;

public sealed class VolumeFaultsTests
{
    [Fact]
    public void The_agent_is_killed_at_each_of_them_in_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Volumes", "NamedVolumeTests.cs"));
        Assert.All(VolumeFaults.All, point => Assert.Contains($"\"{point}\"", tests, StringComparison.Ordinal));
    }
}
