using System.Diagnostics;
using System.Threading.Tasks;
using Virt.Tests;

namespace Virt.IntegrationTests.Module;

/// <summary>The console host as a user runs it, with the module as a build lays it out.</summary>
internal static class VirtShell
{
    /// <summary>Starts it.</summary>
    public static Process Start(string endpoint, params string[] arguments)
    {
        var start = new ProcessStartInfo(RepositoryRoot.File("out", "shell", "virt-shell"), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["VIRT_ENDPOINT"] = endpoint;
        start.Environment["VIRT_MODULE"] = RepositoryRoot.File("out", "module", "Virt");
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string endpoint, params string[] arguments)
    {
        using var process = Start(endpoint, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
