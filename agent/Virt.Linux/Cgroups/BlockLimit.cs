namespace Virt.Linux.Cgroups;

/// <summary>How fast the processes of a cgroup may use one block device together; null: no limit.</summary>
/// <param name="Device">Its number, <c>major:minor</c>; of a whole disk, not of a partition.</param>
/// <param name="ReadBytes">Bytes read a second.</param>
/// <param name="WriteBytes">Bytes written a second.</param>
/// <param name="ReadOperations">Reads a second.</param>
/// <param name="WriteOperations">Writes a second.</param>
public sealed record BlockLimit(string Device, long? ReadBytes, long? WriteBytes, long? ReadOperations, long? WriteOperations);
