using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Benchmarks;

/// <summary>A published agent in a folder of its own, and a connection to it.</summary>
internal sealed class Agent : IDisposable
{
    private static readonly bool ShowsLog = Environment.GetEnvironmentVariable("VIRT_BENCH_LOG") is { Length: > 0 };
    private static int count;

    private readonly Process process;
    private readonly string folder;
    private readonly bool lasts;

    /// <summary>Starts it.</summary>
    /// <param name="setting">Where things are.</param>
    /// <param name="again">The name of a folder that lasts, so that the agent finds its state; null: a new one, which goes when it ends.</param>
    /// <param name="options">What else its command line has.</param>
    public Agent(Setting setting, string? again = null, params string[] options)
    {
        lasts = again is not null;
        // A socket's path may have 107 bytes at most.
        folder = Path.Combine(setting.Work, again ?? $"a{++count}");
        Directory.CreateDirectory(folder);
        Endpoint = VirtEndpoint.Parse($"unix://{folder}/agent.sock");
        var start = Stopwatch.GetTimestamp();
        process = Run.Start(
            setting.Agent,
            ["serve", "--listen", Endpoint.Text, "--state", folder + "/state", "--run", folder + "/run", "--images", setting.Images, "--images", setting.BenchImages, "--group", "root", .. options]);
        process.ErrorDataReceived += static (_, e) =>
        {
            if (ShowsLog && e.Data is { } line)
            {
                Console.Error.WriteLine(line);
            }
        };
        process.BeginErrorReadLine();
        Client = Connect(start);
        ReadyMilliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public VirtEndpoint Endpoint { get; }

    public VirtClient Client { get; }

    /// <summary>From the start of the process until it has answered the first hello.</summary>
    public double ReadyMilliseconds { get; }

    public int Pid => process.Id;

    /// <summary>What it has in memory, in MB, when nothing has been asked of it for a moment: it gives back what it used then (MemoryRest in the agent looks every five seconds).</summary>
    public double RestedMB()
    {
        Thread.Sleep(12_000);
        return Run.ResidentMB(Pid);
    }

    /// <summary>The keeper's process, where it has been needed.</summary>
    public int? KeeperPid => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => int.TryParse(name, out _))
        .Where(pid => CommandLine(pid!) is var line && line.Contains("\0keep\0", StringComparison.Ordinal) && line.Contains(folder + "/", StringComparison.Ordinal))
        .Select(static pid => (int?)int.Parse(pid!, System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();

    public void Dispose()
    {
        try
        {
            RemoveAll();
        }
        catch (VirtException e)
        {
            Console.Error.WriteLine($"Not everything could be removed: {e.Message}");
        }

        Client.Dispose();
        Run.Output("/bin/kill", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        process.WaitForExit();
        process.Dispose();
        if (!lasts)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void RemoveAll()
    {
        foreach (var vm in Client.Invoke(Methods.GetVM, new GetVM()).Items)
        {
            Client.Invoke(Methods.RemoveVM, new RemoveVM { Id = vm.Id, Name = vm.Name, DeleteDisk = true, Force = true });
        }

        foreach (var container in Client.Invoke(Methods.GetContainer, new GetContainer()).Items)
        {
            Client.Invoke(Methods.RemoveContainer, new RemoveContainer { Id = container.Id, Name = container.Name, Force = true });
        }
    }

    private VirtClient Connect(long start)
    {
        while (true)
        {
            try
            {
                return VirtClient.Connect(Endpoint, "virt-bench");
            }
            catch (VirtException) when (!process.HasExited && Stopwatch.GetElapsedTime(start).TotalSeconds < 10)
            {
                Thread.SpinWait(1000);
            }
        }
    }

    private static string CommandLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
