using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Virt.Linux.Seccomp;

/// <summary>
/// A profile as a classic BPF program (seccomp(2), linux/filter.h): a binary search over ranges of numbers, so that a call costs about
/// seven instructions and not one per name.
/// </summary>
public sealed class SeccompFilter
{
    internal const uint ReturnAllow = 0x7FFF0000, ReturnErrno = 0x00050000, ReturnKillProcess = 0x80000000;
    private const ushort Load = 0x20, Jump = 0x05, JumpEqual = 0x15, JumpGreaterOrEqual = 0x35, JumpBits = 0x45, Return = 0x06;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, ArgumentsOffset = 16; // struct seccomp_data
    private const uint AuditX64 = 0xC000003E, AuditArm64 = 0xC00000B7;

    private SeccompFilter(ulong[] instructions) => Instructions = instructions;

    /// <summary>struct sock_filter, each as eight bytes.</summary>
    public ReadOnlyMemory<ulong> Instructions { get; }

    /// <summary>Compiles a profile.</summary>
    /// <param name="profile">What is allowed.</param>
    /// <param name="architecture">X64 or Arm64; calls of any other kill the process.</param>
    /// <exception cref="ArgumentException">The profile names a call that is not known.</exception>
    public static SeccompFilter Compile(SeccompProfile profile, Architecture architecture)
    {
        var segments = Segments(profile, architecture);
        var program = new List<ulong>
        {
            Statement(Load, ArchitectureOffset),
            Branch(JumpEqual, architecture == Architecture.Arm64 ? AuditArm64 : AuditX64, 1, 0),
            Statement(Return, ReturnKillProcess),
            Statement(Load, NumberOffset),
        };
        program.AddRange(Tree(segments, 0, segments.Count - 1));
        return new SeccompFilter([.. program]);
    }

    private static List<(uint Start, Verdict Verdict)> Segments(SeccompProfile profile, Architecture architecture)
    {
        var verdicts = new Verdict[SystemCalls.Highest + 1];
        Array.Fill(verdicts, Verdict.Forbidden);
        void Set(string name, Verdict verdict)
        {
            if (SystemCalls.Number(name, architecture) is { } number)
                verdicts[number] = verdict;
        }
        foreach (var name in profile.Allowed)
            Set(name, Verdict.Allowed);
        foreach (var name in profile.Unknown)
            Set(name, Verdict.Unknown);
        foreach (var rule in profile.Rules)
            Set(rule.Name, new Verdict(0, rule));

        var segments = new List<(uint Start, Verdict Verdict)>();
        for (uint number = 0; number < verdicts.Length; number++)
        {
            if (segments.Count == 0 || segments[^1].Verdict != verdicts[number])
                segments.Add((number, verdicts[number]));
        }
        segments.Add(((uint)verdicts.Length, Verdict.Unknown)); // x32 numbers, from 0x40000000 on, are here too
        return segments;
    }

    private static List<ulong> Tree(List<(uint Start, Verdict Verdict)> segments, int first, int last)
    {
        if (first == last)
            return Leaf(segments[first].Verdict);
        var middle = (first + last + 1) / 2;
        var lower = Tree(segments, first, middle - 1);
        var upper = Tree(segments, middle, last);
        var all = new List<ulong>(lower.Count + upper.Count + 2);
        // A conditional jump reaches 255 instructions.
        if (lower.Count <= 255)
        {
            all.Add(Branch(JumpGreaterOrEqual, segments[middle].Start, (byte)lower.Count, 0));
        }
        else
        {
            all.Add(Branch(JumpGreaterOrEqual, segments[middle].Start, 0, 1));
            all.Add(Statement(Jump, (uint)lower.Count));
        }
        all.AddRange(lower);
        all.AddRange(upper);
        return all;
    }

    private static List<ulong> Leaf(Verdict verdict)
    {
        if (verdict.Rule is not { } rule)
            return [Statement(Return, verdict.Answer)];
        var leaf = new List<ulong> { Statement(Load, ArgumentsOffset + 8 * (uint)rule.Argument) };
        var test = rule.Test == ArgumentTest.NoBits ? JumpBits : JumpEqual;
        for (var i = 0; i < rule.Values.Count; i++)
            leaf.Add(Branch(test, rule.Values[i], (byte)(rule.Values.Count - i), 0));
        leaf.Add(Statement(Return, rule.Test == ArgumentTest.OneOf ? Verdict.Forbidden.Answer : ReturnAllow));
        leaf.Add(Statement(Return, rule.Test == ArgumentTest.OneOf ? ReturnAllow : Verdict.Forbidden.Answer));
        return leaf;
    }

    private static ulong Statement(ushort code, uint k) => code | ((ulong)k << 32);

    private static ulong Branch(ushort code, uint k, byte whenTrue, byte whenFalse) =>
        code | ((ulong)whenTrue << 16) | ((ulong)whenFalse << 24) | ((ulong)k << 32);

    private readonly record struct Verdict(uint Answer, ArgumentRule? Rule)
    {
        internal static Verdict Allowed => new(ReturnAllow, null);

        internal static Verdict Forbidden => new(ReturnErrno | Errno.EPERM, null);

        internal static Verdict Unknown => new(ReturnErrno | Errno.ENOSYS, null);
    }
}
