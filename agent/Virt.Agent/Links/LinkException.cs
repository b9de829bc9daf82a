using System;

namespace Virt.Agent.Links;

/// <summary>The other end of a link does not keep to its rules, or something of what it sent is missing: the session is over.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class LinkException(string message) : Exception(message);
