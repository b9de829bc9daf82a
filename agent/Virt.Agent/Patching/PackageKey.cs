namespace Virt.Agent.Patching;

/// <summary>Tells packages apart: one of the same name may be installed for several architectures.</summary>
public static class PackageKey
{
    /// <summary>Such as <c>libc6:amd64</c>.</summary>
    public static string Of(string name, string architecture) => $"{name}:{architecture}";

    /// <summary>The key of a planned package.</summary>
    public static string Of(PatchPackage package) => Of(package.Name, package.Architecture);
}
