using System.Collections.Generic;

namespace Virt.Agent.Patching;

/// <summary>What is seen of a workload without asking inside it.</summary>
/// <param name="Image">The image it was made from; empty where none.</param>
/// <param name="ImageDigest">Of a container: its image and the layers over it.</param>
/// <param name="Problems">What stands in the way of a patch.</param>
public sealed record TargetLook(string Image, string ImageDigest, IReadOnlyList<PlanProblem> Problems);
