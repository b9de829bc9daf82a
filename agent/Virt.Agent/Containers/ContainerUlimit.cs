using System.Globalization;
using Virt.Linux.Processes;

namespace Virt.Agent.Containers;

/// <summary>A resource limit of a container's processes (setrlimit(2)).</summary>
/// <param name="Resource">RLIMIT_*.</param>
/// <param name="Soft">What holds.</param>
/// <param name="Hard">What a process may raise it to.</param>
public sealed record ContainerUlimit(int Resource, ulong Soft, ulong Hard)
{
    /// <summary>Reads <c>nofile=1024</c> or <c>nofile=1024:4096</c>; -1 or <c>unlimited</c> is no limit.</summary>
    /// <param name="text">What the user gave.</param>
    /// <param name="cause">What is wrong with it.</param>
    internal static ContainerUlimit? Parse(string text, out string cause)
    {
        var equals = text.IndexOf('=');
        var values = equals < 0 ? [] : text[(equals + 1)..].Split(':');
        var resource = equals < 0 ? -1 : ResourceLimit.Find(text[..equals]);
        ulong soft = 0, hard = 0;
        cause = resource < 0 || values.Length is 0 or > 2 || !Read(values[0], out soft) || !Read(values[^1], out hard) ? $"'{text}' is no limit: 'nofile=1024' and 'nofile=1024:4096' are"
            : soft > hard ? $"the limit '{text}' is higher than what it may be raised to"
            : "";
        return cause.Length > 0 ? null : new ContainerUlimit(resource, soft, hard);
    }

    /// <summary>As the user writes it.</summary>
    public override string ToString() => $"{ResourceLimit.NameOf(Resource)}={Words(Soft)}:{Words(Hard)}";

    private static bool Read(string text, out ulong value)
    {
        value = ResourceLimit.Unlimited;
        return text is "-1" or "unlimited" || ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static string Words(ulong value) => value == ResourceLimit.Unlimited ? "unlimited" : value.ToString(CultureInfo.InvariantCulture);
}
