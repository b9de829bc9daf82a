using System.Collections.Generic;

namespace Virt.Linux.Seccomp;

/// <summary>A system call that is allowed only with certain values of one argument (its low 32 bits are looked at).</summary>
/// <param name="Name">The call.</param>
/// <param name="Argument">Which argument, 0 to 5.</param>
/// <param name="Test">How the values are meant.</param>
/// <param name="Values">The values, or for <see cref="ArgumentTest.NoBits"/> one mask.</param>
public sealed record ArgumentRule(string Name, int Argument, ArgumentTest Test, IReadOnlyList<uint> Values);
