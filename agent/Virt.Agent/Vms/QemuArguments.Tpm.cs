namespace Virt.Agent.Vms;

/// <summary>The virtual TPM: a device of QEMU's, whose commands a swtpm of the machine's own carries out. Source: docs/specs/tpm.rst of QEMU.</summary>
public sealed partial class QemuArguments
{
    // QEMU has nothing but a connection. When that ends, which it does with QEMU, swtpm ends too.
    private void AddTpm(bool hasTpm)
    {
        if (!hasTpm)
        {
            return;
        }

        var number = Open(QemuDescriptorKind.Tpm, "tpm");
        Add("-chardev", $"socket,id=tpmsocket0,fd={number}", "-tpmdev", "emulator,id=tpm0,chardev=tpmsocket0");

        // A PC has the registers of the newer of the two interfaces, the command response buffer; QEMU's "virt" has the older one alone.
        Add("-device", $"{(isArm ? "tpm-tis-device" : "tpm-crb")},tpmdev=tpm0");
    }
}
