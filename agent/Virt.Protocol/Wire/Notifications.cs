namespace Virt.Protocol.Wire;

/// <summary>The notifications that belong to a running request; the first of their params is always the request's id.</summary>
public static class Notifications
{
    /// <summary>Client to agent: cancel the request. It is still answered, as a rule with Cancelled.</summary>
    public const string Cancel = "$/cancel";

    /// <summary>Client to agent: the next bytes of standard input; no bytes mean its end.</summary>
    public const string Stdin = "$/stdin";

    /// <summary>Agent to client: so many bytes of standard input have been taken, so many more may be sent.</summary>
    public const string StdinTaken = "$/stdinTaken";

    /// <summary>Agent to client: the next bytes of standard output.</summary>
    public const string Stdout = "$/stdout";

    /// <summary>Agent to client: the next bytes of standard error.</summary>
    public const string Stderr = "$/stderr";

    /// <summary>Agent to client: how far the request has come, a <see cref="ProgressInfo"/>.</summary>
    public const string Progress = "$/progress";

    /// <summary>Agent to client: one item of a stream, of the type the method names.</summary>
    public const string Item = "$/item";

    /// <summary>Agent to client: the connection ends now and why, an <see cref="ErrorInfo"/>; its id is 0.</summary>
    public const string Closing = "$/closing";
}
