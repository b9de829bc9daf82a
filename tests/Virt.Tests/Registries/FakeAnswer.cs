
namespace Virt.Tests.Registries;

/// <summary>What a fake registry answers, well or badly.</summary>
internal sealed record FakeAnswer(int Status, byte[] Body, params (string Name, string Value)[] Headers)
{
    public FakeAnswer(int status, string body, params (string Name, string Value)[] headers)
        : this(status, System.Text.Encoding.UTF8.GetBytes(body), headers)
    {
    }

    /// <summary>The connection is closed after so many bytes of the body, though more were promised; null: all are sent.</summary>
    public int? CutAfter { get; init; }

    /// <summary>After the bytes nothing comes any more, and the connection stays open.</summary>
    public bool Stalls { get; init; }

    /// <summary>The length that is promised; null: the true one.</summary>
    public long? Length { get; init; }

    /// <summary>The connection is closed without a word.</summary>
    public static FakeAnswer Nothing { get; } = new(0, "");

    public static FakeAnswer Error(int status, string code, string message, params (string Name, string Value)[] headers) =>
        new(status, $$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""", headers);
}
