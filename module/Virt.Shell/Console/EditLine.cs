using System;
using System.Text;
using Terminal = System.Console;

namespace Virt.Shell.Console;

/// <summary>A line being edited, and its picture on the terminal, which may take several rows.</summary>
internal sealed class EditLine(string prompt)
{
    private readonly StringBuilder text = new();
    private int rowOfCursor;

    /// <summary>What has been typed.</summary>
    public string Text => text.ToString();

    /// <summary>Where the cursor stands, in characters.</summary>
    public int Cursor { get; private set; }

    /// <summary>Puts another line in its place.</summary>
    public void Replace(string line) => Replace(0, text.Length, line);

    /// <summary>Puts something else in the place of a part.</summary>
    public void Replace(int start, int length, string part)
    {
        text.Remove(start, length).Insert(start, part);
        Cursor = start + part.Length;
    }

    /// <summary>Does what a key means.</summary>
    public void Apply(ConsoleKeyInfo key)
    {
        var control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow:
                Cursor = control ? WordStart() : Math.Max(0, Cursor - 1);
                break;
            case ConsoleKey.RightArrow:
                Cursor = control ? WordEnd() : Math.Min(text.Length, Cursor + 1);
                break;
            case ConsoleKey.Home or ConsoleKey.A when key.Key == ConsoleKey.Home || control:
                Cursor = 0;
                break;
            case ConsoleKey.End or ConsoleKey.E when key.Key == ConsoleKey.End || control:
                Cursor = text.Length;
                break;
            case ConsoleKey.Backspace when Cursor > 0:
                Replace(Cursor - 1, 1, "");
                break;
            case ConsoleKey.Delete or ConsoleKey.D when Cursor < text.Length && (key.Key == ConsoleKey.Delete || control):
                text.Remove(Cursor, 1);
                break;
            case ConsoleKey.U when control:
                Replace(0, Cursor, "");
                break;
            case ConsoleKey.K when control:
                text.Length = Cursor;
                break;
            case ConsoleKey.W when control:
                Replace(WordStart(), Cursor - WordStart(), "");
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    Replace(Cursor, 0, key.KeyChar.ToString());
                }

                break;
        }
    }

    /// <summary>Draws the line anew over its old picture.</summary>
    public void Draw()
    {
        var width = Math.Max(10, Terminal.WindowWidth);
        var end = prompt.Length + text.Length;
        var at = prompt.Length + Cursor;
        var picture = new StringBuilder();
        if (rowOfCursor > 0)
        {
            picture.Append($"\u001b[{rowOfCursor}A");
        }

        picture.Append('\r').Append(prompt).Append(text).Append("\u001b[J");

        // A line that fills its row leaves the cursor behind the last column; a space brings it to the next row.
        if (end % width == 0)
        {
            picture.Append(" \r");
        }

        var up = (end / width) - (at / width);
        if (up > 0)
        {
            picture.Append($"\u001b[{up}A");
        }

        picture.Append('\r');
        if (at % width > 0)
        {
            picture.Append($"\u001b[{at % width}C");
        }

        rowOfCursor = at / width;
        Terminal.Write(picture.ToString());
    }

    /// <summary>Goes to the row below it.</summary>
    public void Leave()
    {
        Cursor = text.Length;
        Draw();
        Terminal.WriteLine();
        rowOfCursor = 0;
    }

    /// <summary>Its old picture is gone: the next one begins where the cursor is.</summary>
    public void Forget() => rowOfCursor = 0;

    private int WordStart()
    {
        var at = Cursor;
        while (at > 0 && text[at - 1] == ' ')
        {
            at--;
        }

        while (at > 0 && text[at - 1] != ' ')
        {
            at--;
        }

        return at;
    }

    private int WordEnd()
    {
        var at = Cursor;
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        while (at < text.Length && text[at] != ' ')
        {
            at++;
        }

        return at;
    }
}
