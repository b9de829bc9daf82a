using Virt.Agent.Operations;
using Virt.Protocol;

namespace Virt.Agent.Patching;

/// <summary>Starts a patch run as an operation of its own.</summary>
/// <param name="request">What to patch, and how.</param>
/// <param name="user">Who asks for it.</param>
public delegate Operation StartPatch(InvokePatch request, string user);
