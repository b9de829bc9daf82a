using System;

namespace Virt.Commands;

/// <summary>What finds a workload again.</summary>
internal readonly record struct WorkloadIdentity(WorkloadKind Kind, Guid Id, string Name, string ComputerName);
