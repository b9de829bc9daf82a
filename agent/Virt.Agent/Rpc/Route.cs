using System;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Operations;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Rpc;

/// <summary>One method and the service method that handles it.</summary>
internal sealed class Route<TRequest, TResult>(Method<TRequest, TResult> method, Func<TRequest, Call, Task<TResult>> handler, OperationService operations) : IRoute
{
    public IMethod Method => method;

    public async Task HandleAsync(Connection connection, RunningCall running, Message message)
    {
        var (request, options) = MessageCodec.ReadParams(message.Body, method.Name, method.Request);
        if (method.Kind == MethodKind.Query || options.WhatIf)
        {
            var call = new Call(running, connection.User, options.WhatIf, running.Cancellation);
            var result = await handler(request, call).ConfigureAwait(false);
            await connection.SendAsync(buffer => MessageCodec.WriteResult(buffer, message.Id, method.Result, result)).ConfigureAwait(false);
            return;
        }

        await ChangeAsync(connection, running, message, request, options).ConfigureAwait(false);
    }

    private async Task ChangeAsync(Connection connection, RunningCall running, Message message, TRequest request, CallOptions options)
    {
        // A large request is read from a buffer that the connection has given away, so it may outlive the connection.
        var operation = operations.Start(method, connection.User, call => handler(request, call));
        if (options.Detach)
        {
            operation.Store();
            await connection.SendAsync(buffer => MessageCodec.WriteResult(buffer, message.Id, VirtOperation.WireFormat, operation.Snapshot())).ConfigureAwait(false);
            return;
        }

        using var watching = operation.Watch(running);
        running.OnCancel(operation.Cancel);
        var outcome = await operation.Ended.ConfigureAwait(false);
        await connection.SendAsync(buffer =>
        {
            if (outcome.Error is { } error)
            {
                MessageCodec.WriteError(buffer, message.Id, error);
            }
            else
            {
                MessageCodec.WriteRawResult(buffer, message.Id, outcome.Result);
            }
        }).ConfigureAwait(false);
    }
}
