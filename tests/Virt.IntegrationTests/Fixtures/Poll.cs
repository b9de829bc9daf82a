using System;
using System.Diagnostics;
using System.Threading.Tasks;
using Xunit;

namespace Virt.IntegrationTests.Fixtures;

/// <summary>Waits for something that no event tells of, and says what was awaited when it does not come.</summary>
internal static class Poll
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(condition, () => what);

    /// <param name="condition">What is awaited.</param>
    /// <param name="what">Says what was awaited, and what is there instead.</param>
    /// <param name="limit">Of what takes an emulated guest longer; null: <see cref="Limit"/>.</param>
    public static async Task UntilAsync(Func<bool> condition, Func<string> what, TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > (limit ?? Limit))
            {
                Assert.Fail($"awaited in vain for {(limit ?? Limit).TotalSeconds} s: {what()}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>The same for what must be asked of another program.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            if (clock.Elapsed > Limit)
            {
                Assert.Fail($"awaited in vain for {Limit.TotalSeconds} s: {what}");
            }

            await Task.Delay(10);
        }
    }

    public static async Task<T> ForAsync<T>(Func<T?> find, string what)
        where T : class
    {
        T? found = null;
        await UntilAsync(() => (found = find()) is not null, what);
        return found!;
    }
}
