using System;
using System.Security.Cryptography;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>
/// The hash of a plan: over its encoding, in a form that survives being made into JSON and back by any PowerShell.
/// Windows PowerShell's JSON has milliseconds and no difference between an empty list, an empty text and none.
/// </summary>
public static class PlanHash
{
    /// <summary><c>sha256:</c> and the hash, whatever stands in <see cref="PatchPlan.Hash"/>.</summary>
    public static string Of(PatchPlan plan) =>
        // Loading OpenSSL costs milliseconds and memory, once, and only in agents that patch.
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(PatchPlan.WireFormat.Encode(Canonical(plan))));

    /// <exception cref="VirtException">InvalidArgument, PlanAltered: it is not what this host made.</exception>
    public static void Check(PatchPlan plan)
    {
        var hash = Of(plan);
        if (!string.Equals(plan.Hash, hash, StringComparison.OrdinalIgnoreCase))
        {
            throw new VirtException(
                ErrorCode.InvalidArgument,
                "PlanAltered",
                $"Cannot apply plan '{plan.Id}': it was altered since it was made (its hash is {Short(hash)}, it says {Short(plan.Hash ?? "")}), or another version of the agent made it.",
                plan.Id.ToString(),
                "New-PatchPlan");
        }
    }

    /// <summary>An instant as plans hold it: whole milliseconds, universal time.</summary>
    public static DateTimeOffset Round(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());

    private static string Short(string hash) => hash.Length > 19 ? hash[..19] + "…" : hash.Length == 0 ? "none" : hash;

    private static PatchPlan Canonical(PatchPlan plan) => plan with
    {
        HostName = plan.HostName ?? "",
        CreationTime = Round(plan.CreationTime),
        Targets = Each(plan.Targets, Canonical),
        Filter = plan.Filter is null ? new PatchFilter() : plan.Filter with { Include = Each(plan.Filter.Include, Same), Exclude = Each(plan.Filter.Exclude, Same) },
        Hash = "",
    };

    private static PatchPlanTarget Canonical(PatchPlanTarget target) => target with
    {
        Name = target.Name ?? "",
        Image = target.Image ?? "",
        ImageDigest = target.ImageDigest ?? "",
        PackageManager = target.PackageManager ?? "",
        Packages = Each(target.Packages, Canonical),
        Problems = Each(target.Problems, Canonical),
    };

    private static PatchPackage Canonical(PatchPackage package) => package with
    {
        Name = package.Name ?? "",
        Architecture = package.Architecture ?? "",
        FromVersion = package.FromVersion ?? "",
        ToVersion = package.ToVersion ?? "",
        Origin = package.Origin ?? "",
        Message = package.Message ?? "",
    };

    private static PlanProblem Canonical(PlanProblem problem) => problem with
    {
        Id = problem.Id ?? "",
        Target = problem.Target ?? "",
        Message = problem.Message ?? "",
        FixCommand = problem.FixCommand ?? "",
    };

    private static string Same(string text) => text ?? "";

    private static T[] Each<T>(T[]? items, Func<T, T> canonical) => items is null ? [] : Array.ConvertAll(items, item => canonical(item));
}
