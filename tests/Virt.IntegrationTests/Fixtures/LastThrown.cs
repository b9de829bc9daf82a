using System;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Xunit;

namespace Virt.IntegrationTests.Fixtures;

/// <summary>
/// What each test has last thrown. Where a test fails, so may the end of its host, and the language keeps only the
/// second exception: the first, which says what is wrong, would be lost.
/// </summary>
internal static class LastThrown
{
    private static readonly ConcurrentDictionary<string, Exception> ByTest = new();

    /// <summary>What the present test has last thrown; null: nothing.</summary>
    public static Exception? OfThisTest => TestContext.Current.Test is { } test && ByTest.TryGetValue(test.UniqueID, out var thrown) ? thrown : null;

    // A library is no test; the message and the trace are those of the moment in which it is shown.
    [ModuleInitializer]
    internal static void Watch() => AppDomain.CurrentDomain.FirstChanceException += static (_, thrown) =>
    {
        if (thrown.Exception is Xunit.Sdk.IAssertionException or Virt.Protocol.VirtException or TimeoutException && TestContext.Current.Test is { } test)
        {
            ByTest[test.UniqueID] = thrown.Exception;
        }
    };
}
