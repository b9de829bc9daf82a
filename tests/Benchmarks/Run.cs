using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace Virt.Benchmarks;

/// <summary>Programs that are run for a measurement.</summary>
internal static class Run
{
    /// <summary>The full path of a program on the PATH; null where it is not installed.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin"]).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Runs a program to its end and gives its standard output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static string Output(string program, params IEnumerable<string> arguments) => Output(program, arguments, null);

    public static string Output(string program, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure)
    {
        using var process = Start(program, arguments, configure);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{Path.GetFileName(program)} ended with code {process.ExitCode}: {error.GetAwaiter().GetResult()}{output}");
    }

    /// <summary>Milliseconds from the start of a program to its end.</summary>
    public static double Time(string program, params IEnumerable<string> arguments)
    {
        var start = Stopwatch.GetTimestamp();
        Output(program, arguments);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    public static Process Start(string program, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null)
    {
        var process = StartOpen(program, arguments, configure);
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Starts a program that is to be told something over its standard input.</summary>
    public static Process StartOpen(string program, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        configure?.Invoke(info);
        return Process.Start(info)!;
    }

    /// <summary>Milliseconds since the clock that <c>first</c> prints stood at <paramref name="start"/>; the .NET stopwatch on Linux is the same clock.</summary>
    public static double SinceFirst(long start, string printed) =>
        (long.Parse(printed.AsSpan().Trim(), System.Globalization.CultureInfo.InvariantCulture) - start) / 1e6;

    /// <summary>Resident memory of a process in MB.</summary>
    public static double ResidentMB(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024;
    }
}
