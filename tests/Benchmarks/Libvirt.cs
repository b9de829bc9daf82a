using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;

namespace Virt.Benchmarks;

/// <summary>libvirtd in the private namespaces of build/bench.sh, which has put empty folders over all that it would touch.</summary>
internal sealed class Libvirt : IDisposable
{
    private const string Socket = "/run/libvirt/libvirt-sock";

    private readonly Process process;

    private Libvirt(Process process, double readyMilliseconds)
    {
        this.process = process;
        ReadyMilliseconds = readyMilliseconds;
    }

    public static bool IsInstalled => Run.Find("libvirtd") is not null && Run.Find("virsh") is not null;

    /// <summary>From the start of the process until it has answered the first virsh.</summary>
    public double ReadyMilliseconds { get; }

    public int Pid => process.Id;

    public static Libvirt Start()
    {
        File.Delete(Socket);
        var start = Stopwatch.GetTimestamp();
        var daemon = Run.Start(Run.Find("libvirtd")!, []);
        _ = daemon.StandardError.ReadToEndAsync();
        while (!File.Exists(Socket))
        {
            if (daemon.HasExited || Stopwatch.GetElapsedTime(start).TotalSeconds > 30)
            {
                throw new InvalidOperationException("libvirtd has not opened its socket.");
            }

            Thread.SpinWait(1000);
        }

        Virsh("uri");
        return new Libvirt(daemon, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    public static string Virsh(params string[] arguments) => Run.Output(Run.Find("virsh")!, ["-q", "-c", "qemu:///system", .. arguments]);

    /// <summary>Defines machines up to <paramref name="count"/>, all over one connection.</summary>
    public static void Define(string folder, int from, int count)
    {
        for (var i = from; i < count; i++)
        {
            File.WriteAllText(
                $"{folder}/vm{i}.xml",
                $"<domain type='qemu'><name>vm{i}</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>");
        }

        Virsh(string.Join("; ", Enumerable.Range(from, count - from).Select(i => $"define {folder}/vm{i}.xml")));
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
