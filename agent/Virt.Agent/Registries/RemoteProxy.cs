using System;
using System.Net;

namespace Virt.Agent.Registries;

/// <summary>The proxy of the agent's environment, for all but this machine itself, which no proxy reaches.</summary>
internal sealed class RemoteProxy(IWebProxy inner) : IWebProxy
{
    public ICredentials? Credentials { get => inner.Credentials; set => inner.Credentials = value; }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : inner.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || inner.IsBypassed(host);
}
