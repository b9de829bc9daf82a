using System;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.Session;

/// <summary>What a cmdlet wants to see of a call before its result.</summary>
internal sealed class CallObserver : ICallObserver
{
    /// <summary>Sees how far the call has come; null: nobody does.</summary>
    public Action<ProgressInfo>? Progress { get; set; }

    /// <summary>Sees bytes of standard output (false) and standard error (true); null: nobody does.</summary>
    public Action<byte[], bool>? Output { get; init; }

    /// <summary>Sees a streamed item; null: nobody does.</summary>
    public Action<Message>? Item { get; init; }

    /// <summary>True once something has come that must not come twice.</summary>
    public bool SawItems { get; private set; }

    /// <inheritdoc/>
    public void OnProgress(ProgressInfo progress) => Progress?.Invoke(progress);

    /// <inheritdoc/>
    public void OnOutput(byte[] bytes, bool isError)
    {
        SawItems = true;
        Output?.Invoke(bytes, isError);
    }

    /// <inheritdoc/>
    public void OnItem(Message message)
    {
        SawItems = true;
        Item?.Invoke(message);
    }
}
