using Xunit;

namespace Virt.IntegrationTests.SystemdGuest;

/// <summary>The tests that share one guest, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SystemdGuestCollection : ICollectionFixture<SystemdHost>
{
    public const string Name = "systemd guest";
}
