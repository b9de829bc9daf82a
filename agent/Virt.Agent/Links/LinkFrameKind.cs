namespace Virt.Agent.Links;

/// <summary>What a frame of a link says.</summary>
internal enum LinkFrameKind : byte
{
    /// <summary>The host begins a session: its number, and the version.</summary>
    Hello = 1,

    /// <summary>The guest takes part in it: the host's number, its own, and the version.</summary>
    Welcome = 2,

    /// <summary>The guest is there and knows no session: the host is to say hello.</summary>
    Ready = 3,

    /// <summary>The host opens a stream: who it is for.</summary>
    Open = 4,

    /// <summary>Bytes of a stream.</summary>
    Data = 5,

    /// <summary>So many bytes of a stream were taken, and as many more may come. None: the stream itself was taken.</summary>
    Taken = 6,

    /// <summary>A stream is over.</summary>
    Close = 7,
}
