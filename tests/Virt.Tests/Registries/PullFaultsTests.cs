using System;
using System.IO;
using Virt.Agent.Registries;
using Xunit;

namespace Virt.Tests.Registries;

public sealed class PullFaultsTests
{
    [Fact]
    public void The_agent_is_killed_at_each_of_them_in_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Registries", "PullRecoveryTests.cs"));
        Assert.All(PullFaults.All, point => Assert.Contains($"\"{point}\"", tests, StringComparison.Ordinal));
    }
}
