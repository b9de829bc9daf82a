using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Operations;
using Virt.Protocol;

namespace Virt.Agent.Rpc;

/// <summary>Finds the route of a method.</summary>
public sealed class Router(OperationService operations)
{
    private readonly Dictionary<string, IRoute> routes = new(StringComparer.Ordinal);

    /// <summary>The methods that have a route.</summary>
    public IReadOnlyCollection<string> Names => routes.Keys;

    /// <summary>Gives a method its handler.</summary>
    public void Add<TRequest, TResult>(Method<TRequest, TResult> method, Func<TRequest, Call, Task<TResult>> handler) =>
        routes.Add(method.Name, new Route<TRequest, TResult>(method, handler, operations));

    /// <exception cref="VirtException">NotSupported: no such method.</exception>
    internal IRoute Find(string method) => routes.TryGetValue(method, out var route)
        ? route
        : throw new VirtException(
            ErrorCode.NotSupported,
            "UnknownMethod",
            $"Cannot call '{Shorten(method)}': this agent has no such method.",
            Shorten(method),
            "Get-VirtHost shows the agent's version; a newer agent may have it.");

    private static string Shorten(string method) => method.Length <= 64 ? method : method[..64] + "…";
}
