namespace Virt.Agent.Images.VmImages.Make;

/// <summary>The paths of the programs that a disk is made by.</summary>
/// <param name="Mke2fs">Makes the root of a folder.</param>
/// <param name="Mformat">Makes the ESP.</param>
/// <param name="Mcopy">Puts files on it.</param>
/// <param name="QemuImg">Makes a qcow2 image of it all.</param>
internal sealed record DiskTools(string Mke2fs, string Mformat, string Mcopy, string QemuImg);
