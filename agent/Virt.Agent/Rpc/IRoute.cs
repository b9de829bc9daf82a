using System.Threading.Tasks;
using Virt.Protocol;
using Virt.Protocol.Wire;

namespace Virt.Agent.Rpc;

/// <summary>What is done with the requests of one method.</summary>
internal interface IRoute
{
    IMethod Method { get; }

    /// <summary>Decodes, calls, answers. Throws nothing but what is an error of the request.</summary>
    Task HandleAsync(Connection connection, RunningCall running, Message message);
}
