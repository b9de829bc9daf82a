namespace Virt.Protocol.Client;

/// <summary>Sees what arrives for one call before its result. Called on the thread that made the call.</summary>
public interface ICallObserver
{
    /// <summary>The agent reports how far it has come.</summary>
    void OnProgress(ProgressInfo progress);

    /// <summary>The command has written to standard output, or to standard error.</summary>
    void OnOutput(byte[] bytes, bool isError);

    /// <summary>A streamed item has come; read it with the method's item format.</summary>
    void OnItem(Wire.Message message);
}
