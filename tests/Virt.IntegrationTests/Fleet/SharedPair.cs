using System;
using System.Threading.Tasks;
using Xunit;

namespace Virt.IntegrationTests.Fleet;

/// <summary>One pair of hosts for all cases: each leaves it as it found it, and a case that fails gets it thrown away.</summary>
public sealed class SharedPair : IAsyncLifetime
{
    private HostPair? pair;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        if (pair is not null && IsClean)
        {
            await pair.DisposeAsync();
        }
    }

    /// <summary>The last case came to its end.</summary>
    internal bool IsClean { get; set; } = true;

    internal async Task<HostPair> GetAsync()
    {
        if (!IsClean && pair is { } spoilt)
        {
            pair = null;
            try
            {
                await spoilt.DisposeAsync();
            }
            catch (Exception)
            {
                // The case that has spoilt it is the failure.
            }
        }

        IsClean = false;
        return pair ??= await HostPair.StartAsync();
    }
}
