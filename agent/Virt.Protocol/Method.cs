using Virt.Protocol.Wire;

namespace Virt.Protocol;

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
