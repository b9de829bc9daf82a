using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;

namespace Virt.IntegrationTests.Vms;

/// <summary>What the tests say to the TPMs of a host's machines, in one line each. Source of the commands: TPM 2.0 Library, Part 3.</summary>
internal static class Tpms
{
    private const string Success = "00000000";

    /// <summary>A session without a password, as each command that changes something has one.</summary>
    private const string Password = "00000009" + "40000009" + "0000" + "00" + "0000";

    private const string Owner = "40000001";
    private const string Index = "01500001";

    /// <summary>A machine of the starter image with a TPM.</summary>
    public static VM NewWithTpm(this TestHost host, string name)
    {
        host.New(name, generation: 2);
        return host.EnableTpm(name);
    }

    /// <summary>A machine with a TPM and nothing to boot; its firmware starts the TPM.</summary>
    public static VM NewEmptyWithTpm(this TestHost host, string name)
    {
        host.Invoke(Methods.NewVM, new NewVM { Name = name, Generation = 2, MemoryStartupBytes = 128L << 20, NoVHD = true });
        return host.EnableTpm(name);
    }

    public static VM EnableTpm(this TestHost host, string name) => host.Invoke(Methods.EnableVMTPM, new EnableVMTPM { Name = name });

    public static bool HasTpm(this TestHost host, string name) => host.Invoke(Methods.GetVMSecurity, new GetVMSecurity { Names = [name] }).Items.Single().TpmEnabled;

    /// <summary>Its swtpm.</summary>
    public static int TpmOf(this TestHost host, string name) => TestHost.ProcessesOf($"prefix={host.Get(name).Id:D}").Single();

    /// <summary>Where the state of its TPM stands.</summary>
    public static string TpmFile(this TestHost host, string name) => Path.Combine(host.StateFolder, "vms", host.Get(name).Id.ToString("N"), "tpm", "tpm2-00.permall");

    /// <summary>The state of its TPM.</summary>
    public static string TpmState(this TestHost host, string name) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(host.TpmFile(name))));

    /// <summary>Extends PCR 16, which is for that.</summary>
    public static void ExtendPcr(this TestHost host, string name) =>
        Checked(host.SendTpm(name, "8002", "00000182", "00000010" + Password + "00000001" + "000b" + string.Concat(Enumerable.Repeat("a5", 32))));

    /// <summary>Reads PCR 16, which is all zeros after a start.</summary>
    public static string ReadPcr(this TestHost host, string name) => Checked(host.SendTpm(name, "8001", "0000017e", "00000001" + "000b" + "03" + "000001"))[^64..];

    /// <summary>Makes a place in the TPM's non-volatile memory, and writes eight bytes there.</summary>
    public static void WriteNv(this TestHost host, string name, string bytes)
    {
        Checked(host.SendTpm(name, "8002", "0000012a", Owner + Password + "0000" + "000e" + Index + "000b" + "00060006" + "0000" + "0008"));
        host.RewriteNv(name, bytes);
    }

    /// <summary>Writes eight bytes to that place.</summary>
    public static void RewriteNv(this TestHost host, string name, string bytes) => Checked(host.SendTpm(name, "8002", "00000137", Owner + Index + Password + "0008" + bytes + "0000"));

    /// <summary>Reads them.</summary>
    public static string ReadNv(this TestHost host, string name) => Checked(host.SendTpm(name, "8002", "0000014e", Owner + Index + Password + "0008" + "0000"))[32..48];

    /// <summary>Sends a command through the guest's driver.</summary>
    /// <param name="host">The host.</param>
    /// <param name="name">The machine.</param>
    /// <param name="tag">With a session or without.</param>
    /// <param name="code">The command.</param>
    /// <param name="parameters">What follows.</param>
    /// <returns>The answer, in hexadecimal.</returns>
    public static string SendTpm(this TestHost host, string name, string tag, string code, string parameters)
    {
        var command = tag + $"{10 + (parameters.Length / 2):x8}" + code + parameters;
        var escaped = string.Concat(command.Chunk(2).Select(static two => $"\\x{two[0]}{two[1]}"));
        return host.Run(name, $"exec 3<>/dev/tpm0; printf '{escaped}' >&3; dd bs=4096 count=1 2>/dev/null <&3 | od -An -v -tx1 | tr -d ' \\n'");
    }

    private static string Checked(string answer) =>
        answer.Length >= 20 && answer[12..20] == Success ? answer : throw new InvalidOperationException($"The TPM answered '{answer}'.");
}
