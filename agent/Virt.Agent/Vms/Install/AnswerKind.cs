namespace Virt.Agent.Vms.Install;

/// <summary>Whose questions an answer file answers, which decides how that finds it.</summary>
internal enum AnswerKind
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>Debian's installer (preseed): in its initramfs.</summary>
    Preseed,

    /// <summary>Red Hat's, Fedora's, SUSE's (Kickstart, AutoYaST): on a disk with the label OEMDRV.</summary>
    Oemdrv,

    /// <summary>Ubuntu's, and whatever has cloud-init (autoinstall, user-data): on a disk with the label CIDATA.</summary>
    CloudInit,

    /// <summary>Windows' (unattend): on any disk that can be taken out.</summary>
    Windows,
}
