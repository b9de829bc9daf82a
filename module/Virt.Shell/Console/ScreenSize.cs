using System;
using System.Management.Automation.Host;
using Terminal = System.Console;

namespace Virt.Shell.Console;

/// <summary>How large the terminal is: the engine lays tables out by it. Output that is no terminal is 120 columns wide.</summary>
internal sealed class ScreenSize : PSHostRawUserInterface
{
    public override Size BufferSize
    {
        get => new(Measure(() => Terminal.WindowWidth, 120), Measure(() => Terminal.WindowHeight, 50));
        set => throw new NotSupportedException();
    }

    public override Size WindowSize
    {
        get => BufferSize;
        set => throw new NotSupportedException();
    }

    public override Size MaxWindowSize => BufferSize;

    public override Size MaxPhysicalWindowSize => BufferSize;

    public override Coordinates CursorPosition { get; set; }

    public override Coordinates WindowPosition { get; set; }

    public override int CursorSize { get; set; } = 25;

    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    public override string WindowTitle { get; set; } = "virt-shell";

    public override bool KeyAvailable => !Terminal.IsInputRedirected && Terminal.KeyAvailable;

    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = Terminal.ReadKey(intercept: true);
        return new KeyInfo((int)key.Key, key.KeyChar, default, keyDown: true);
    }

    public override void FlushInputBuffer()
    {
    }

    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw new NotSupportedException();

    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();

    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => Terminal.Clear();

    private static int Measure(Func<int> measure, int otherwise)
    {
        var size = Terminal.IsOutputRedirected ? 0 : measure();
        return size > 0 ? size : otherwise;
    }
}
