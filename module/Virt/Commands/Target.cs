using System;

namespace Virt.Commands;

/// <summary>What a cmdlet works on, as the agent is told of it.</summary>
/// <param name="Id">Its id; all zeros: the agent looks the name up.</param>
/// <param name="Name">Its name.</param>
/// <param name="Input">What the user gave, for errors: a name, an object or an id.</param>
internal sealed record Target(Guid Id, string Name, object Input);
