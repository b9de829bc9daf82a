using System;
using System.IO;
using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerFaultsTests
{
    [Fact]
    public void The_agent_is_killed_at_each_of_them_in_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Containers", "ReplaceRecoveryTests.cs"))
            + File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Networks", "NetworkRecoveryTests.cs"));
        Assert.All(ContainerFaults.All, point => Assert.Contains($"\"{point}\"", tests, StringComparison.Ordinal));
    }
}
