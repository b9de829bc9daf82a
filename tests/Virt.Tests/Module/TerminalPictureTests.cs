using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using Virt.Session;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>Pictures in terminals.</summary>
public sealed class TerminalPictureTests
{
    [Theory]
    [InlineData("TERM=xterm-256color", nameof(TerminalPicture.Way.None))]
    [InlineData("", nameof(TerminalPicture.Way.None))]
    [InlineData("TERM=xterm-kitty", nameof(TerminalPicture.Way.Kitty))]
    [InlineData("TERM=xterm-256color KITTY_WINDOW_ID=1", nameof(TerminalPicture.Way.Kitty))]
    [InlineData("TERM_PROGRAM=ghostty", nameof(TerminalPicture.Way.Kitty))]
    [InlineData("KONSOLE_VERSION=230400", nameof(TerminalPicture.Way.Kitty))]
    [InlineData("TERM_PROGRAM=iTerm.app", nameof(TerminalPicture.Way.ITerm2))]
    [InlineData("TERM_PROGRAM=WezTerm", nameof(TerminalPicture.Way.ITerm2))]
    [InlineData("TERM_PROGRAM=vscode", nameof(TerminalPicture.Way.ITerm2))]
    [InlineData("TERM_PROGRAM=tmux LC_TERMINAL=iTerm2", nameof(TerminalPicture.Way.ITerm2))]
    public void A_terminal_says_which_way_it_has(string variables, string way)
    {
        var set = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1]);
        Assert.Equal(way, TerminalPicture.Of(set.GetValueOrDefault).ToString());
    }

    [Fact]
    public void ITerm2_gets_it_in_one_piece() => Assert.Equal("\u001b]1337;File=inline=1;size=3:AQID\a\n", TerminalPicture.Write(TerminalPicture.Way.ITerm2, [1, 2, 3]));

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3072, 1)]
    [InlineData(3073, 2)]
    [InlineData(100_000, 33)]
    public void Kitty_gets_it_in_pieces_of_which_the_last_says_so(int bytes, int pieces)
    {
        var png = Enumerable.Range(0, bytes).Select(static i => (byte)i).ToArray();
        var written = TerminalPicture.Write(TerminalPicture.Way.Kitty, png);
        var found = Regex.Matches(written, "\u001b_G(?<keys>[^;]*);(?<data>[^\u001b]*)\u001b\\\\").ToList();
        Assert.Equal(pieces, found.Count);
        Assert.Equal(written, string.Concat(found.Select(static match => match.Value)) + "\n");
        Assert.Equal(png, Convert.FromBase64String(string.Concat(found.Select(static match => match.Groups["data"].Value))));
        Assert.StartsWith("a=T,f=100,m=", found[0].Groups["keys"].Value, StringComparison.Ordinal);
        Assert.All(found.SkipLast(1), static match => Assert.EndsWith("m=1", match.Groups["keys"].Value, StringComparison.Ordinal));
        Assert.EndsWith("m=0", found[^1].Groups["keys"].Value, StringComparison.Ordinal);
        Assert.All(found, static match => Assert.True(match.Groups["data"].Length is > 0 and <= 4096));
    }
}
