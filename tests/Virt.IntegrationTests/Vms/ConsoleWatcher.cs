using System;
using System.Collections.Concurrent;
using System.Text;
using System.Threading.Tasks;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.IntegrationTests.Vms;

/// <summary>Somebody who looks at the console of web01.</summary>
internal sealed class ConsoleWatcher : ICallObserver, IAsyncDisposable
{
    private readonly VirtClient client;
    private readonly Task ended;
    private readonly ConcurrentQueue<string> parts = new();

    public ConsoleWatcher(TestHost host)
    {
        client = VirtClient.Connect(host.Endpoint, "tests/watcher");
        ended = Task.Run(() => client.Invoke(Methods.ConnectVMConsole, new ConnectVMConsole { Name = "web01", Terminal = Terminal }, observer: this));
    }

    public Guid Terminal { get; } = Guid.NewGuid();

    public Task SeesAsync(string text) => Poll.UntilAsync(() => string.Concat(parts).Contains(text, StringComparison.Ordinal), $"'{text}' on the console, which showed: {string.Concat(parts)}");

    public Task EndsAsync() => ended.WaitAsync(TimeSpan.FromMinutes(1));

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Task.WhenAny(ended);
    }

    public void OnProgress(ProgressInfo progress)
    {
    }

    public void OnOutput(byte[] bytes, bool isError) => parts.Enqueue(Encoding.UTF8.GetString(bytes));

    public void OnItem(Message message)
    {
    }
}
