using System;
using System.IO;
using Virt.Agent.Networks;
using Xunit;

namespace Virt.Tests.Networks;

public sealed class NetworkFaultsTests
{
    [Fact]
    public void The_agent_is_killed_at_each_of_them_in_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Networks", "NetworkRecoveryTests.cs"));
        Assert.All(NetworkFaults.All, point => Assert.Contains($"\"{point}\"", tests, StringComparison.Ordinal));
    }
}
