using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>A connection to a running QEMU: its monitor, and through it the guest agent. Keeps what their events tell.</summary>
internal sealed partial class VmSession : IAsyncDisposable
{
    private readonly VmFolder folder;
    private readonly TimeProvider time;
    private readonly Action onChange;
    private QmpClient qmp = null!;
    private bool isHeld;
    private bool stoodStill;

    private VmSession(VmFolder folder, TimeProvider time, Action onChange)
    {
        this.folder = folder;
        this.time = time;
        this.onChange = onChange;
    }

    /// <summary>The guest's CPUs stand still.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>A change that takes a moment lets the guest stand still: that is no news for anybody.</summary>
    public bool IsHeld
    {
        get => isHeld;
        set
        {
            stoodStill = isHeld ? stoodStill : IsPaused;
            isHeld = value;
        }
    }

    /// <summary>Whether the guest's CPUs stand still for whoever looks: while it is held, whether they did before.</summary>
    public bool IsSeenPaused => isHeld ? stoodStill : IsPaused;

    /// <summary>The clock's timestamp when the guest's CPUs were let go last; null: by nobody that this session knows of.</summary>
    public long? ContinuedAt { get; private set; }

    /// <summary>QEMU waits for its first <c>cont</c>.</summary>
    public bool IsPrelaunch { get; private set; }

    /// <summary>Why the guest stands still, where that is not plain.</summary>
    public string Status { get; private set; } = "";

    /// <summary>The guest's kernel has panicked since it was last reset.</summary>
    public bool HasPanicked { get; private set; }

    /// <summary>How often the guest has not fed its watchdog in time, as far as this session was told.</summary>
    public int WatchdogCount { get; private set; }

    /// <summary>QEMU has told that it is about to end because the guest powered off or was told to.</summary>
    public bool HasShutDown { get; private set; }

    /// <summary>Ends when the monitor is gone; never fails.</summary>
    public Task Closed => qmp.Closed;

    /// <summary>Connects to the monitor and asks how things stand.</summary>
    /// <param name="stream">The connection to the monitor; the session's from now on.</param>
    /// <param name="folder">Where the sockets stand.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onChange">Called, on any thread, when something has changed.</param>
    /// <param name="process">QEMU.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="QmpClosedException">QEMU has ended.</exception>
    public static async Task<VmSession> ConnectAsync(Stream stream, VmFolder folder, TimeProvider time, Action onChange, VmProcess process, CancellationToken cancellation)
    {
        var session = new VmSession(folder, time, onChange);
        session.qmp = await QmpClient.ConnectAsync(stream, session.OnEvent, cancellation, time, () => process.IsStopped).ConfigureAwait(false);
        try
        {
            await session.ReadStateAsync(cancellation).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens the socket of a QEMU that runs.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static NetworkStream Open(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lets the guest's CPUs run.</summary>
    /// <exception cref="QmpException">They cannot, such as after a panic.</exception>
    public async Task ContinueAsync(CancellationToken cancellation)
    {
        await qmp.ExecuteAsync("cont", null, cancellation).ConfigureAwait(false);
        ContinuedAt = time.GetTimestamp();
        IsPaused = IsPrelaunch = false;
        Status = "";
    }

    /// <summary>Whether QEMU answers within a time.</summary>
    public async Task<bool> AnswersAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        try
        {
            await qmp.ExecuteAsync("query-name", null, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or QmpClosedException or QmpException)
        {
            return e is QmpException;
        }
    }

    /// <summary>Presses the power button.</summary>
    public Task PowerDownAsync(CancellationToken cancellation) => qmp.ExecuteAsync("system_powerdown", null, cancellation);

    /// <summary>Ends QEMU, whatever the guest is doing.</summary>
    public Task QuitAsync(CancellationToken cancellation) => qmp.ExecuteAsync("quit", null, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync().ConfigureAwait(false);
        await CloseGuestAgentAsync().ConfigureAwait(false);
        await CloseAgentAsync().ConfigureAwait(false);
        await qmp.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReadStateAsync(CancellationToken cancellation)
    {
        var status = await qmp.ExecuteAsync("query-status", null, cancellation).ConfigureAwait(false);
        IsPaused = !status.GetProperty("running").GetBoolean();
        var name = status.GetProperty("status").GetString();
        IsPrelaunch = name == "prelaunch";
        HasPanicked = name == "guest-panicked";
        Status = name switch
        {
            "guest-panicked" => Panicked,
            "io-error" => "Its disk could not be read or written.",
            "watchdog" => WatchdogExpired,
            "internal-error" => "QEMU met an error of its own.",
            _ => "",
        };
        var devices = await qmp.ExecuteAsync("query-chardev", null, cancellation).ConfigureAwait(false);
        foreach (var device in devices.EnumerateArray())
        {
            var (label, isOpen) = (device.GetProperty("label").GetString(), device.GetProperty("frontend-open").GetBoolean());
            if (label == QemuArguments.GuestAgentDevice && isOpen)
            {
                OnGuestAgent(isOpen: true);
            }
            else if (label == QemuArguments.AgentDevice && isOpen)
            {
                OnAgent(isOpen: true);
            }
        }
    }

    private const string WatchdogExpired = "Its guest has not fed its watchdog in time.";

    private const string Panicked = "The guest's kernel has panicked.";

    // On the monitor's reading task: must not wait.
    private void OnEvent(QmpEvent e)
    {
        Told?.Invoke(e);
        switch (e.Name)
        {
            case "STOP":
                IsPaused = true;
                break;
            case "RESUME":
                IsPaused = IsPrelaunch = false;
                Status = "";
                AskGuestAgent();
                break;
            case "SHUTDOWN":
                HasShutDown = true;
                break;
            case "RESET":
                hasAnswered = HasPanicked = false;
                break;
            case "GUEST_PANICKED":
                HasPanicked = true;
                Status = Panicked;
                break;
            case "WATCHDOG":
                WatchdogCount++;
                if (e.Text("action") == "pause")
                {
                    Status = WatchdogExpired;
                }

                break;
            case "BLOCK_IO_ERROR" when e.Text("action") == "stop":
                Status = e.Flag("nospace") == true ? "Its disk cannot grow: the host's disk is full." : $"Its disk could not be read or written ({e.Text("reason")}).";
                break;
            case "VSERPORT_CHANGE" when e.Text("id") == QemuArguments.GuestAgentPort:
                OnGuestAgent(e.Flag("open") == true);
                break;
            case "VSERPORT_CHANGE" when e.Text("id") == QemuArguments.AgentPort:
                OnAgent(e.Flag("open") == true);
                break;
            default:
                return;
        }

        onChange();
    }
}
