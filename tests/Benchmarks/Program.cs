using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Virt.Protocol;

namespace Virt.Benchmarks;

/// <summary>Runs the benchmarks that are asked for and prints one table. build/bench.sh gives it private namespaces first.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<Setting, IEnumerable<Row>>> All = new()
    {
        ["agent"] = AgentBenchmark.Run,
        ["roundtrip"] = RoundTripBenchmark.Run,
        ["module"] = ModuleBenchmark.Run,
        ["list"] = ListBenchmark.Run,
        ["container"] = ContainerBenchmark.Run,
        ["unified"] = UnifiedBenchmark.Run,
        ["vm"] = VmBenchmark.Run,
        ["clone"] = CloneBenchmark.Run,
        ["warm"] = WarmBenchmark.Run,
        ["checkpoint"] = CheckpointBenchmark.Run,
        ["guest"] = GuestBenchmark.Run,
        ["defined"] = DefinedBenchmark.Run,
        ["move"] = MoveBenchmark.Run,
        ["patch"] = PatchBenchmark.Run,
        ["pull"] = PullBenchmark.Run,
    };

    private static int Main(string[] arguments)
    {
        if (arguments is ["echo", var path])
        {
            RoundTripBenchmark.Echo(path);
            return 0;
        }

        if (arguments is not ["run", var root, var work, .. var rest])
        {
            Console.Error.WriteLine("Usage: virt-bench run ROOT WORK [--quick] [benchmark ...]. Use build/bench.sh.");
            return 2;
        }

        var setting = new Setting(root, work, rest.Contains("--quick"));
        var names = rest.Where(static name => !name.StartsWith('-')).ToList();
        if (names.FirstOrDefault(static name => !All.ContainsKey(name)) is { } unknown)
        {
            Console.Error.WriteLine($"Unknown benchmark '{unknown}': there are {string.Join(", ", All.Keys)}.");
            return 2;
        }

        var failed = 0;
        Console.WriteLine(Row.Head);
        foreach (var name in names.Count > 0 ? names : [.. All.Keys])
        {
            Console.Error.WriteLine($"Measuring: {name} ...");
            try
            {
                foreach (var row in All[name](setting))
                {
                    Console.WriteLine(row);
                }
            }
            catch (Exception e) when (e is InvalidOperationException or IOException or VirtException or KeyNotFoundException)
            {
                failed++;
                Console.Error.WriteLine($"Cannot measure {name}: {e.Message}");
            }
        }

        return failed == 0 ? 0 : 1;
    }
}
