using System.Text;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.Benchmarks;

/// <summary>Hears what a command writes, and what a container's log has last.</summary>
internal sealed class Lines : ICallObserver
{
    /// <summary>All that was written.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>The log's last line.</summary>
    public string Last { get; private set; } = "";

    public void OnProgress(ProgressInfo progress)
    {
    }

    public void OnOutput(byte[] bytes, bool isError) => Text.Append(Encoding.UTF8.GetString(bytes));

    public void OnItem(Message message) => Last = MessageCodec.ReadValue(message, ContainerLogEntry.WireFormat.Read).Line;
}
