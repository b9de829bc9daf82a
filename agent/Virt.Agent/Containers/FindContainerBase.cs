using Virt.Protocol;

namespace Virt.Agent.Containers;

/// <summary>Finds the image that a container is made from.</summary>
/// <param name="image">Its name.</param>
/// <param name="action">What it is wanted for, as an error's beginning: <c>Cannot create container 'web01'</c>.</param>
/// <exception cref="VirtException">NotFound, DataLoss.</exception>
public delegate ContainerBase FindContainerBase(string image, string action);
