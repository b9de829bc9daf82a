using System;
using System.IO;
using System.Linq;
using Virt.Agent.Containers;
using Xunit;

namespace Virt.Tests.Containers;

public sealed class ContainerFaultsTests
{
    [Fact]
    public void The_agent_is_killed_at_each_of_them_in_a_test()
    {
        string[][] files = [["Containers", "ReplaceRecoveryTests.cs"], ["Containers", "StepRecoveryTests.cs"], ["Containers", "CloneTests.cs"], ["Containers", "ExportTests.cs"], ["Containers", "RemountTests.cs"], ["Containers", "ProcessLimitTests.cs"], ["Networks", "NetworkRecoveryTests.cs"], ["Networks", "SeveralTests.cs"]];
        var tests = string.Concat(files.Select(static file => File.ReadAllText(RepositoryRoot.File(["tests", "Virt.IntegrationTests", .. file]))));
        Assert.All(ContainerFaults.All.Concat(ContainerAdapterFaults.All), point => Assert.Contains($"\"{point}\"", tests, StringComparison.Ordinal));
    }
}
