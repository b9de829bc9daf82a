namespace Virt.Agent.Patching;

/// <summary>What one round of health checks has come to.</summary>
/// <param name="IsHealthy">All that was asked is as it should be.</param>
/// <param name="Message">What was answered, or why not, as the end of a sentence: <c>port 8080 takes connections</c>, <c>it has ended with code 1</c>.</param>
/// <param name="IsFinal">True where asking again cannot change it.</param>
public sealed record HealthAnswer(bool IsHealthy, string Message, bool IsFinal = false);
