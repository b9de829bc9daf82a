using Xunit;

namespace Virt.Tests.Module;

/// <summary>Tests of what the whole process shares: which hosts are connected, and which are the defaults. Nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConnectedHostsCollection
{
    public const string Name = "connected hosts";
}
