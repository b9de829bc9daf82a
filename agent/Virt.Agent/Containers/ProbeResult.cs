namespace Virt.Agent.Containers;

/// <summary>What came of asking a container's service.</summary>
/// <param name="Succeeded">It answered as it should.</param>
/// <param name="Message">What it answered, or why not, as the end of a sentence: <c>answered 200</c>, <c>connection refused</c>, <c>no answer within 2 s</c>.</param>
public sealed record ProbeResult(bool Succeeded, string Message);
