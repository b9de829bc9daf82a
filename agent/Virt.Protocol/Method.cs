using Virt.Protocol.Wire;

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

/// <summary>What a call does to the host, and so what becomes of it when its client leaves.</summary>
public enum MethodKind
{
    /// <summary>Reads, waits, or runs something for its client. Ends when its client leaves.</summary>
    Query = 0,

    /// <summary>Changes something: an operation, which goes on when its client leaves and which WhatIf applies to.</summary>
    Change = 1,
}

/// <summary>A method that takes a <typeparamref name="TRequest"/> and gives a <typeparamref name="TResult"/>.</summary>
public class Method<TRequest, TResult> : IMethod
{
    /// <summary>Names a method.</summary>
    public Method(string name, MethodKind kind, Format<TRequest> request, Format<TResult> result)
    {
        Name = name;
        Kind = kind;
        Request = request;
        Result = result;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public MethodKind Kind { get; }

    /// <summary>How its request goes over the wire.</summary>
    public Format<TRequest> Request { get; }

    /// <summary>How its result goes over the wire.</summary>
    public Format<TResult> Result { get; }

    /// <inheritdoc/>
    public string RequestName => Request.Name;

    /// <inheritdoc/>
    public string ResultName => Result.Name;

    /// <inheritdoc/>
    public virtual string? ItemName => null;
}

/// <summary>A method that streams items of <typeparamref name="TItem"/> before its result.</summary>
public sealed class Method<TRequest, TItem, TResult> : Method<TRequest, TResult>
{
    /// <summary>Names a streaming method.</summary>
    public Method(string name, MethodKind kind, Format<TRequest> request, Format<TItem> item, Format<TResult> result)
        : base(name, kind, request, result) => Item = item;

    /// <summary>How an item goes over the wire.</summary>
    public Format<TItem> Item { get; }

    /// <inheritdoc/>
    public override string? ItemName => Item.Name;
}
