using static Virt.Protocol.MethodKind;

namespace Virt.Protocol;

/// <content>What protects the guests of machines.</content>
public static partial class Methods
{
    /// <summary>Finds what protects machines.</summary>
    public static readonly Method<GetVMSecurity, VMSecurityList> GetVMSecurity = new("vmsecurity.get", Query, Protocol.GetVMSecurity.WireFormat, VMSecurityList.WireFormat);

    /// <summary>Gives a machine a virtual TPM.</summary>
    public static readonly Method<EnableVMTPM, VM> EnableVMTPM = new("vmtpm.enable", Change, Protocol.EnableVMTPM.WireFormat, VM.WireFormat);

    /// <summary>Takes the virtual TPM out of a machine.</summary>
    public static readonly Method<DisableVMTPM, VM> DisableVMTPM = new("vmtpm.disable", Change, Protocol.DisableVMTPM.WireFormat, VM.WireFormat);
}
