using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CsCheck;
using Virt.Linux.Processes;
using Xunit;

namespace Virt.Tests.Linux;

public sealed class LogParserTests
{
    private const string Time = "2026-11-23T05:06:07.123456789Z";

    [Fact]
    public void An_entry_is_a_time_a_stream_and_a_line()
    {
        var entry = Assert.Single(Parse($"{Time} stderr F two words \n"));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 5, 6, 7, TimeSpan.Zero).AddTicks(1234567), entry.Time);
        Assert.True(entry.IsError);
        Assert.Equal("two words ", entry.Line);
    }

    [Fact]
    public void Parts_become_one_line_also_where_the_streams_mix()
    {
        var entries = Parse($"{Time} stdout P one \n{Time} stderr F oops\n{Time} stdout P and \n{Time} stdout F two\n{Time} stdout F \n");
        Assert.Equal(["oops", "one and two", ""], entries.Select(e => e.Line));
    }

    [Fact]
    public void A_line_that_was_never_ended_is_given_at_the_end() => Assert.Equal(["half"], Parse($"{Time} stdout P half\n").Select(e => e.Line));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("garbage\n")]
    [InlineData("2026-11-23T05:06:07.123456789Z stdin  F x\n")]
    [InlineData("2026-13-23T05:06:07.123456789Z stdout F x\n")]
    [InlineData("ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ü€ stdout F x\n")]
    public void What_is_no_entry_is_skipped(string text)
    {
        Assert.Equal(["after"], Parse($"{text}{Time} stdout F after\n").Select(e => e.Line));
    }

    [Fact]
    public void However_the_bytes_are_cut_the_lines_are_the_same()
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20).Select(i => $"{Time} stdout {(i % 3 == 0 ? 'P' : 'F')} ü{i}€\n")));
        var whole = Parse(bytes, bytes.Length);
        Gen.Int[1, 200].Sample(size => Assert.Equal(whole, Parse(bytes, size)));
    }

    [Fact]
    public void A_line_without_end_does_not_fill_the_memory()
    {
        var lines = new List<LogEntry>();
        var parser = new LogParser();
        var part = Encoding.UTF8.GetBytes($"{Time} stdout P {new string('x', 16000)}\n");
        for (var i = 0; i < 100; i++)
        {
            parser.Feed(part, lines);
        }

        Assert.NotEmpty(lines);
    }

    [Theory]
    [InlineData("exited 3 2026-11-23T05:06:07.123456789Z\n", 3)]
    [InlineData("signaled 9 2026-11-23T05:06:07.123456789Z\n", 137)]
    [InlineData("exited x 2026-11-23T05:06:07.123456789Z\n", null)]
    [InlineData("exited 3\n", null)]
    [InlineData("", null)]
    public void An_exit_file_says_how_or_nothing(string text, int? code)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        Assert.Equal(code, ExitFile.Read(path)?.Code);
        File.Delete(path);
        Assert.Null(ExitFile.Read(path));
    }

    private static List<LogEntry> Parse(string text) => Parse(Encoding.UTF8.GetBytes(text), int.MaxValue);

    private static List<LogEntry> Parse(byte[] bytes, int size)
    {
        var lines = new List<LogEntry>();
        var parser = new LogParser();
        for (var at = 0; at < bytes.Length; at += Math.Min(size, bytes.Length))
        {
            parser.Feed(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)), lines);
        }

        parser.Finish(lines);
        return lines;
    }
}
