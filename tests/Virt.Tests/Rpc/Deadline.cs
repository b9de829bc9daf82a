using System;
using System.Threading.Tasks;
using Xunit;

namespace Virt.Tests.Rpc;

/// <summary>Waits for what a test awaits, and says what that was when it does not come.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task<T> Await<T>(Task<T> task, string what)
    {
        var first = await Task.WhenAny(task, Task.Delay(Limit, TestContext.Current.CancellationToken));
        Assert.True(first == task, $"awaited in vain: {what}");
        return await task;
    }

    public static async Task Await(Task task, string what) => await Await(task.ContinueWith(t => { t.GetAwaiter().GetResult(); return true; }, TaskScheduler.Default), what);
}
