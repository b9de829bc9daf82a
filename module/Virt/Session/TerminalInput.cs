using System;
using System.IO;
using System.Threading;

namespace Virt.Session;

/// <summary>Reads what the user types at this process's console, as a terminal would send it, until it is disposed.</summary>
internal sealed class TerminalInput : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);
    private readonly Action<byte[], int, int> send;
    private readonly Action atEnd;
    private readonly Thread? reader;
    private readonly bool controlC;
    private volatile bool ended;

    /// <param name="send">Takes what was typed, and the window's size where that has changed, else 0. Called on another thread.</param>
    /// <param name="atEnd">Where input is from a pipe or a file, what its end means. Null: what Ctrl+D is at a terminal.</param>
    public TerminalInput(Action<byte[], int, int> send, Action? atEnd = null)
    {
        this.send = send;
        this.atEnd = atEnd ?? (() => send([4], 0, 0));
        if (Console.IsInputRedirected)
        {
            new Thread(ReadStream) { IsBackground = true, Name = "terminal" }.Start();
            return;
        }

        controlC = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        reader = new Thread(ReadKeys) { IsBackground = true, Name = "terminal" };
        reader.Start();
    }

    /// <summary>The window's size in characters.</summary>
    public static (int Columns, int Rows) Size
    {
        get
        {
            try
            {
                return Console.IsOutputRedirected ? (80, 24) : (Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight));
            }
            catch (IOException)
            {
                return (80, 24);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ended = true;
        if (reader is not null)
        {
            reader.Join();
            Console.TreatControlCAsInput = controlC;
        }
    }

    private void ReadKeys()
    {
        var size = Size;
        while (!ended)
        {
            var now = Size;
            if (now != size)
            {
                size = now;
                Send([], now.Columns, now.Rows);
            }

            if (!Console.KeyAvailable)
            {
                Thread.Sleep(Pause);
                continue;
            }

            using var typed = new MemoryStream();
            while (Console.KeyAvailable && typed.Length < 4096)
            {
                var bytes = TerminalKeys.ToBytes(Console.ReadKey(intercept: true));
                typed.Write(bytes, 0, bytes.Length);
            }

            Send(typed.ToArray(), 0, 0);
        }
    }

    // From a pipe or a file.
    private void ReadStream()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[4096];
        int count;
        while (!ended && (count = input.Read(buffer, 0, buffer.Length)) > 0)
        {
            Send(buffer.AsSpan(0, count).ToArray(), 0, 0);
        }

        Try(atEnd);
    }

    private void Send(byte[] bytes, int columns, int rows) => Try(() => send(bytes, columns, rows));

    private void Try(Action action)
    {
        try
        {
            if (!ended)
            {
                action();
            }
        }
        catch (Virt.Protocol.VirtException)
        {
            ended = true; // the terminal is closed, and the cmdlet about to end
        }
    }
}
