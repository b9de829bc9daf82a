using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Containers;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Containers;

/// <summary>A log that begins anew while it is read.</summary>
public sealed class ContainerLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-log-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string LogPath => Path.Combine(folder, "log");

    [Fact]
    public async Task One_that_began_anew_once_is_read_whole()
    {
        Write("a");
        using var log = ContainerLog.Open(LogPath)!;
        Assert.Equal("a", await ReadAsync(log));
        Write("b");
        Rotate();
        Write("c");
        Assert.Equal("b c", await ReadAsync(log));
    }

    [Fact]
    public async Task Where_lines_may_be_missing_it_says_so_before_the_first_that_are_there_again()
    {
        Write("a");
        using var log = ContainerLog.Open(LogPath)!;
        Assert.Equal("a", await ReadAsync(log));
        Write("b");
        Rotate();
        Write("lost");
        Rotate();
        Write("c");
        Rotate();
        Write("d");
        Assert.Equal("b GAP c d", await ReadAsync(log));
        Write("e");
        Assert.Equal("e", await ReadAsync(log));
    }

    private static async Task<string> ReadAsync(ContainerLog log)
    {
        var (all, lines) = (new List<string>(), new List<LogEntry>());
        while (await log.ReadAsync(lines, CancellationToken.None))
        {
            all.AddRange(lines.Select(static line => line.Line));
            lines.Clear();
            if (log.TakeGap())
            {
                all.Add("GAP");
            }
        }

        return string.Join(' ', all);
    }

    private void Write(string line) => File.AppendAllText(LogPath, $"2026-11-23T05:06:07.123456789Z stdout F {line}\n");

    // As Native/log.h does.
    private void Rotate() => File.Move(LogPath, LogPath + ".1", overwrite: true);
}
