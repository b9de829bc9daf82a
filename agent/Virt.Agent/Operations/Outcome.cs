using Virt.Protocol;

namespace Virt.Agent.Operations;

/// <summary>How an operation ended: with its encoded result, or with an error.</summary>
public sealed record Outcome(byte[]? Result, ErrorInfo? Error);
