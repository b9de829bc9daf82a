using System;
using System.Buffers.Binary;

namespace Virt.Tests.Linux;

/// <summary>Runs a classic BPF program over a struct seccomp_data, as the kernel does; only the instructions that seccomp allows and we emit.</summary>
internal static class BpfMachine
{
    public static uint Run(ReadOnlySpan<ulong> program, uint number, uint architecture, params ReadOnlySpan<ulong> arguments)
    {
        Span<byte> data = stackalloc byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(data, number);
        BinaryPrimitives.WriteUInt32LittleEndian(data[4..], architecture);
        for (var i = 0; i < arguments.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data[(16 + (8 * i))..], arguments[i]);
        }

        var accumulator = 0u;
        for (var at = 0; ; at++)
        {
            var instruction = program[at]; // running off the end throws
            var k = (uint)(instruction >> 32);
            var whenTrue = (int)((instruction >> 16) & 0xFF);
            var whenFalse = (int)((instruction >> 24) & 0xFF);
            switch ((ushort)instruction)
            {
                case 0x20: // BPF_LD | BPF_W | BPF_ABS
                    accumulator = BinaryPrimitives.ReadUInt32LittleEndian(data[(int)k..]);
                    break;
                case 0x05: // BPF_JMP | BPF_JA
                    at += (int)k;
                    break;
                case 0x15: // BPF_JMP | BPF_JEQ | BPF_K
                    at += accumulator == k ? whenTrue : whenFalse;
                    break;
                case 0x35: // BPF_JMP | BPF_JGE | BPF_K
                    at += accumulator >= k ? whenTrue : whenFalse;
                    break;
                case 0x45: // BPF_JMP | BPF_JSET | BPF_K
                    at += (accumulator & k) != 0 ? whenTrue : whenFalse;
                    break;
                case 0x06: // BPF_RET | BPF_K
                    return k;
                default:
                    throw new InvalidOperationException($"The kernel would refuse instruction {instruction:x16}.");
            }
        }
    }
}
