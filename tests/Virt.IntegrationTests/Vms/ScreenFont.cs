using System;
using System.Collections.Generic;
using System.Linq;

namespace Virt.IntegrationTests.Vms;

/// <summary>The letters of a screen that shows text in cells of one size. Learnt from a screen of which it is known what it says; then whatever is written in them is read, whichever two colours a cell has.</summary>
internal sealed class ScreenFont
{
    private const char Blank = ' ';
    private const char Unknown = '\u00B7';

    private readonly Dictionary<string, char> letters = new(StringComparer.Ordinal);
    private readonly int height;

    private ScreenFont(int height) => this.height = height;

    // The ninth column, between the letters of a VGA's text mode, says nothing.
    private static int CellWidth(Picture picture) => picture is { Width: 720, Height: 400 } ? 9 : 8;

    /// <summary>A line of the screen that has these letters and nothing else beside it, which must be different ones; null: it is not there (yet).</summary>
    public static ScreenFont? Learn(Picture picture, int height, string line)
    {
        var font = new ScreenFont(height);
        for (var top = 0; top + height <= picture.Height; top++)
        {
            var cells = font.CellsOf(picture, top).SkipWhile(IsBlank).TakeWhile(static cell => !IsBlank(cell)).ToList();
            if (cells.Count == line.Length && cells.Distinct(StringComparer.Ordinal).Count() == cells.Count)
            {
                for (var i = 0; i < line.Length; i++)
                {
                    font.letters[cells[i]] = line[i];
                }

                return font;
            }
        }

        return null;
    }

    /// <summary>What stands on the screen; lines begin wherever most of it can be read.</summary>
    public (int Letters, string Text) Read(Picture picture) =>
        Enumerable.Range(0, height).Select(top => ReadFrom(picture, top)).MaxBy(static found => found.Letters);

    private (int Letters, string Text) ReadFrom(Picture picture, int first)
    {
        var (found, lines) = (0, new List<string>());
        for (var top = first; top + height <= picture.Height; top += height)
        {
            var line = string.Concat(CellsOf(picture, top).Select(Letter));
            found += line.Count(static c => c is not (Blank or Unknown));
            lines.Add(line.TrimEnd());
        }

        return (found, string.Join('\n', lines).Trim('\n'));
    }

    private char Letter(string cell) => IsBlank(cell) ? Blank : letters.TryGetValue(cell, out var letter) ? letter : Unknown;

    private static bool IsBlank(string cell) => !cell.Contains('1', StringComparison.Ordinal);

    // A bit for each pixel: whether it is another one than that in the first corner, where letters have nothing.
    private IEnumerable<string> CellsOf(Picture picture, int top)
    {
        var width = CellWidth(picture);
        for (var left = 0; left + width <= picture.Width; left += width)
        {
            var ground = picture[left, top];
            yield return string.Create(8 * height, (picture, left, top, ground), static (bits, at) =>
            {
                for (var i = 0; i < bits.Length; i++)
                {
                    bits[i] = at.picture[at.left + i % 8, at.top + i / 8] == at.ground ? '0' : '1';
                }
            });
        }
    }
}
