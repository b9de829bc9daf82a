using System;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Registries;

/// <summary>Asks one of the user's <c>docker-credential-…</c> programs: it reads a server's name and writes what that is to be shown, as JSON.</summary>
internal static class CredentialProgram
{
    private const int LongestAnswer = 64 << 10;

    /// <summary>How long one may take. It may have to unlock a key ring, but nobody waits for ever.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Asks it.</summary>
    /// <param name="name">Its name without <c>docker-credential-</c>.</param>
    /// <param name="server">The server's name, as it was given when the user logged in.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>What it wrote; null where it knows nothing of that server.</returns>
    /// <exception cref="InvalidDataException">It cannot be run, fails, or takes too long; the message says which.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static string? Ask(string name, string server, TimeSpan limit, CancellationToken cancellation)
    {
        var program = "docker-credential-" + name;
        if (name.Length == 0 || name.Any(static c => !char.IsLetterOrDigit(c) && c is not ('-' or '_' or '.')))
        {
            throw new InvalidDataException($"'{program}' is no program");
        }

        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, "get")
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                CreateNoWindow = true,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new InvalidDataException($"'{program}' cannot be run", e);
        }

        return Read(process, program, server, limit, cancellation);
    }

    private static string? Read(Process process, string program, string server, TimeSpan limit, CancellationToken cancellation)
    {
        // What it says of a failure is not shown: it may hold what it was asked for.
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var reading = Task.Run(() => ReadAnswer(process.StandardOutput), CancellationToken.None);
        using (cancellation.Register(() => Kill(process)))
        {
            Write(process, server);
            if (!process.WaitForExit((int)limit.TotalMilliseconds) || !reading.Wait(limit))
            {
                Kill(process);
                throw new InvalidDataException($"'{program}' has not answered for {limit.TotalSeconds} s");
            }
        }

        cancellation.ThrowIfCancellationRequested();
        var answer = reading.Result;
        return process.ExitCode == 0 ? answer
            : answer.IndexOf("credentials not found", StringComparison.OrdinalIgnoreCase) >= 0 ? null
            : throw new InvalidDataException($"'{program}' ended with {process.ExitCode}");
    }

    private static string ReadAnswer(StreamReader output)
    {
        var buffer = new char[LongestAnswer];
        var count = 0;
        while (count < buffer.Length && output.Read(buffer, count, buffer.Length - count) is > 0 and var read)
        {
            count += read;
        }

        return new string(buffer, 0, count);
    }

    private static void Write(Process process, string server)
    {
        try
        {
            process.StandardInput.Write(server);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended without reading; its exit code says more.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has ended meanwhile.
        }
    }
}
