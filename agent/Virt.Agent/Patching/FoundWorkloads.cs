using System.Collections.Generic;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>The workloads that a request means.</summary>
/// <param name="Targets">Those that there are, virtual machines first, by name.</param>
/// <param name="Errors">One for each literal name or id that there is not.</param>
public sealed record FoundWorkloads(IReadOnlyList<IPatchTarget> Targets, IReadOnlyList<ErrorInfo> Errors);
