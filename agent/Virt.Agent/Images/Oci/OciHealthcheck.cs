using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace Virt.Agent.Images.Oci;

/// <summary>How a container's health is asked for, as Docker writes it into an image's config. Times are in nanoseconds; 0: the default.</summary>
public sealed record OciHealthcheck
{
    /// <summary>Empty: that of the image below. <c>NONE</c>: none. <c>CMD</c> and a command line, or <c>CMD-SHELL</c> and a line for the shell.</summary>
    [JsonPropertyName("Test")]
    public IReadOnlyList<string>? Test { get; set; }

    /// <summary>The time between two questions.</summary>
    [JsonPropertyName("Interval")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long IntervalNanoseconds { get; set; }

    /// <summary>How long an answer may take.</summary>
    [JsonPropertyName("Timeout")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long TimeoutNanoseconds { get; set; }

    /// <summary>How long after a start a bad answer does not count.</summary>
    [JsonPropertyName("StartPeriod")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartPeriodNanoseconds { get; set; }

    /// <summary>How many bad answers one after another make it unhealthy.</summary>
    [JsonPropertyName("Retries")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Retries { get; set; }
}
