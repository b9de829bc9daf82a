namespace Virt.Protocol;

/// <summary>The name of a method with the formats of what it takes and gives; both sides read it from <see cref="Methods"/>.</summary>
public interface IMethod
{
    /// <summary>Its name on the wire, such as <c>vm.start</c>.</summary>
    string Name { get; }

    /// <summary>What the call does to the host.</summary>
    MethodKind Kind { get; }

    /// <summary>The contract of its request.</summary>
    string RequestName { get; }

    /// <summary>The contract of its result.</summary>
    string ResultName { get; }

    /// <summary>The contract of the items it streams; null where it streams none.</summary>
    string? ItemName { get; }
}
