using System;
using System.Collections.Generic;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Virt.Linux.Devices;

/// <summary>
/// Which devices the processes of a cgroup v2 may make and open: a BPF program that the kernel asks each time (bpf(2),
/// BPF_PROG_TYPE_CGROUP_DEVICE; struct bpf_cgroup_dev_ctx of linux/bpf.h).
/// </summary>
public sealed unsafe class DeviceFilter
{
    // SAFETY: every pointer that goes to the kernel is to this frame's stack or pinned until the call has returned.
    internal const int AnyNumber = -1;
    private const int ProgramLoad = 5, ProgramAttach = 8, CgroupDeviceProgram = 15, CgroupDevice = 6;
    private const int MakeNode = 1, Read = 2, Write = 4, Block = 1, Character = 2;

    // Opcodes of linux/bpf.h: class | size or operation | mode or source.
    private const byte LoadWord = 0x61, MoveRegister = 0xBF, MoveConstant = 0xB7, And = 0x57, ShiftRight = 0x77, JumpNotEqual = 0x55, Exit = 0x95;
    private const int Result = 0, Context = 1, Type = 2, Access = 3, Major = 4, Minor = 5, Scratch = 6;

    private DeviceFilter(ulong[] instructions) => Instructions = instructions;

    /// <summary>struct bpf_insn, each as eight bytes.</summary>
    internal ReadOnlyMemory<ulong> Instructions { get; }

    /// <summary>Compiles rules; what none of them allows is forbidden.</summary>
    /// <param name="allowed">As in devices.allow of cgroup v1: <c>c 1:3 rwm</c>, <c>b *:* m</c>.</param>
    /// <exception cref="FormatException">A rule is none.</exception>
    public static DeviceFilter Compile(IReadOnlyList<string> allowed)
    {
        var program = new List<ulong>
        {
            Instruction(LoadWord, Type, Context, 0, 0), // access_type: the access in the upper half, the type in the lower
            Instruction(MoveRegister, Access, Type, 0, 0),
            Instruction(And, Type, 0, 0, 0xFFFF),
            Instruction(ShiftRight, Access, 0, 0, 16),
            Instruction(LoadWord, Major, Context, 4, 0),
            Instruction(LoadWord, Minor, Context, 8, 0),
        };
        foreach (var rule in allowed)
            program.AddRange(Rule(rule));
        program.Add(Instruction(MoveConstant, Result, 0, 0, 0));
        program.Add(Instruction(Exit, 0, 0, 0, 0));
        return new DeviceFilter([.. program]);
    }

    /// <summary>Attaches it to a cgroup; it goes with the cgroup.</summary>
    /// <exception cref="LinuxException">EPERM: we may not. EINVAL: the kernel has no CONFIG_CGROUP_BPF.</exception>
    public void Attach(SafeFileHandle cgroup)
    {
        var number = Libc.Arm64 ? 280 : 321; // bpf
        fixed (ulong* instructions = Instructions.Span)
        fixed (byte* license = "Apache-2.0\0"u8)
        {
            // union bpf_attr: prog_type, insn_cnt, insns, license, and zeros.
            var load = stackalloc ulong[8];
            new Span<ulong>(load, 8).Clear();
            ((uint*)load)[0] = CgroupDeviceProgram;
            ((uint*)load)[1] = (uint)Instructions.Length;
            load[1] = (ulong)instructions;
            load[2] = (ulong)license;
            using var program = new SafeFileHandle((nint)Libc.Check(Libc.syscall(number, ProgramLoad, (nint)load, 64, 0, 0, 0), "bpf", "BPF_PROG_LOAD"), ownsHandle: true);
            // target_fd, attach_bpf_fd, attach_type, attach_flags.
            var attach = stackalloc uint[4];
            attach[0] = (uint)cgroup.DangerousGetHandle();
            attach[1] = (uint)program.DangerousGetHandle();
            attach[2] = CgroupDevice;
            attach[3] = 0;
            Libc.Check(Libc.syscall(number, ProgramAttach, (nint)attach, 16, 0, 0, 0), "bpf", "BPF_PROG_ATTACH");
        }
    }

    // Every test jumps to the next rule where it fails; after the last one the answer is yes.
    private static List<ulong> Rule(string rule)
    {
        var fields = rule.Split(' ', ':');
        if (fields is not [("c" or "b"), _, _, { Length: > 0 }])
            throw new FormatException($"'{rule}' is no device rule.");
        var tests = new List<(int Register, int Value)> { (Type, fields[0] == "c" ? Character : Block) };
        if (Number(fields[1]) is var major and not AnyNumber)
            tests.Add((Major, major));
        if (Number(fields[2]) is var minor and not AnyNumber)
            tests.Add((Minor, minor));
        var forbidden = 0;
        foreach (var (letter, bit) in (ReadOnlySpan<(char, int)>)[('m', MakeNode), ('r', Read), ('w', Write)])
            forbidden |= fields[3].Contains(letter) ? 0 : bit;

        var code = new List<ulong>();
        // A test that fails jumps behind all of it: the tests, three for the access where some of it is forbidden, and the answer's two.
        var length = tests.Count + (forbidden == 0 ? 0 : 3) + 2;
        foreach (var (register, value) in tests)
        {
            code.Add(Instruction(JumpNotEqual, register, 0, (short)(length - code.Count - 1), value));
        }
        if (forbidden != 0)
        {
            code.Add(Instruction(MoveRegister, Scratch, Access, 0, 0));
            code.Add(Instruction(And, Scratch, 0, 0, forbidden));
            code.Add(Instruction(JumpNotEqual, Scratch, 0, 2, 0));
        }
        code.Add(Instruction(MoveConstant, Result, 0, 0, 1));
        code.Add(Instruction(Exit, 0, 0, 0, 0));
        return code;
    }

    private static int Number(string text) => text == "*" ? AnyNumber : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static ulong Instruction(byte code, int to, int from, short jump, int value) =>
        code | ((ulong)(to | (from << 4)) << 8) | ((ulong)(ushort)jump << 16) | ((ulong)(uint)value << 32);
}
