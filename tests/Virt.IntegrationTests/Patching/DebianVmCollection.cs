using Xunit;

namespace Virt.IntegrationTests.Patching;

/// <summary>The tests that share one Debian machine, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class DebianVmCollection : ICollectionFixture<DebianVm>
{
    public const string Name = "debian vm";
}
