namespace Virt.Completion;

/// <summary>Completes the names of DVD drives.</summary>
public sealed class VMDvdDriveNameCompleter : VMDriveNameCompleter
{
    private protected override VMDriveType Type => VMDriveType.Dvd;
}
