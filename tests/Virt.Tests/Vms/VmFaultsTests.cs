using System;
using System.IO;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class VmFaultsTests
{
    [Fact]
    public void The_agent_is_killed_at_each_of_them_in_a_test()
    {
        var tests = File.ReadAllText(RepositoryRoot.File("tests", "Virt.IntegrationTests", "Networks", "VmMemberTests.cs"));
        Assert.All(VmFaults.Start, point => Assert.Contains($"\"{point}\"", tests, StringComparison.Ordinal));
    }
}
