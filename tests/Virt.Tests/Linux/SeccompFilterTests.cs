using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Linux.Seccomp;
using Xunit;

namespace Virt.Tests.Linux;

public sealed class SeccompFilterTests
{
    private const uint X64 = 0xC000003E, Arm64 = 0xC00000B7, I386 = 0x40000003;
    private const uint Allow = 0x7FFF0000, Forbidden = 0x00050001, Unknown = 0x00050026, Kill = 0x80000000;

    [Theory]
    [InlineData(Architecture.X64, X64)]
    [InlineData(Architecture.Arm64, Arm64)]
    public void Every_number_is_answered_as_the_profile_says(Architecture architecture, uint audit)
    {
        var profile = SeccompProfile.Default;
        var program = SeccompFilter.Compile(profile, architecture).Instructions;
        var allowed = profile.Allowed.Select(name => SystemCalls.Number(name, architecture)).OfType<uint>().ToHashSet();
        var looked = profile.Rules.Select(rule => rule.Name).Concat(profile.Unknown).Select(name => SystemCalls.Number(name, architecture)).OfType<uint>().ToHashSet();
        for (uint number = 0; number < 2000; number++)
        {
            if (!looked.Contains(number))
            {
                var expected = allowed.Contains(number) ? Allow : number <= SystemCalls.Highest ? Forbidden : Unknown;
                Assert.True(expected == BpfMachine.Run(program.Span, number, audit), $"system call {number}");
            }
        }
    }

    // From the kernel's headers, by hand: the test above would believe a wrong table.
    [Theory]
    [InlineData(0u, Allow)] // read
    [InlineData(59u, Allow)] // execve
    [InlineData(161u, Allow)] // chroot: Docker's default capabilities have CAP_SYS_CHROOT
    [InlineData(257u, Allow)] // openat
    [InlineData(101u, Allow)] // ptrace
    [InlineData(165u, Forbidden)] // mount
    [InlineData(272u, Forbidden)] // unshare
    [InlineData(308u, Forbidden)] // setns
    [InlineData(175u, Forbidden)] // init_module
    [InlineData(169u, Forbidden)] // reboot
    [InlineData(227u, Forbidden)] // clock_settime
    [InlineData(248u, Forbidden)] // add_key
    [InlineData(250u, Forbidden)] // keyctl
    [InlineData(298u, Forbidden)] // perf_event_open
    [InlineData(321u, Forbidden)] // bpf
    [InlineData(323u, Forbidden)] // userfaultfd
    [InlineData(425u, Forbidden)] // io_uring_setup
    [InlineData(430u, Forbidden)] // fsopen
    [InlineData(304u, Forbidden)] // open_by_handle_at
    [InlineData(435u, Unknown)] // clone3
    [InlineData(0x40000000u, Unknown)] // x32's read
    [InlineData(0xFFFFFFFFu, Unknown)]
    public void Well_known_calls_are_answered_like_dockers_default_profile(uint number, uint answer) => Assert.Equal(answer, RunX64(number));

    [Theory]
    [InlineData(0u, Allow)] // read
    [InlineData(56u, Allow)] // clone, with whatever namespaces
    [InlineData(165u, Allow)] // mount
    [InlineData(155u, Allow)] // pivot_root
    [InlineData(272u, Allow)] // unshare
    [InlineData(308u, Allow)] // setns
    [InlineData(430u, Allow)] // fsopen
    [InlineData(170u, Allow)] // sethostname
    [InlineData(435u, Unknown)] // clone3
    [InlineData(169u, Forbidden)] // reboot
    [InlineData(175u, Forbidden)] // init_module
    [InlineData(103u, Forbidden)] // syslog
    [InlineData(250u, Forbidden)] // keyctl
    [InlineData(321u, Forbidden)] // bpf
    [InlineData(298u, Forbidden)] // perf_event_open
    [InlineData(304u, Forbidden)] // open_by_handle_at
    public void An_init_may_mount_and_make_namespaces_and_not_change_the_kernel(uint number, uint answer) =>
        Assert.Equal(answer, BpfMachine.Run(SeccompFilter.Compile(SeccompProfile.System, Architecture.X64).Instructions.Span, number, X64, 0x10000000));

    [Theory]
    [InlineData(0x00000011UL, Allow)] // fork
    [InlineData(0x003D0F00UL, Allow)] // pthread_create
    [InlineData(0x10000000UL, Forbidden)] // CLONE_NEWUSER
    [InlineData(0x00020011UL, Forbidden)] // CLONE_NEWNS
    [InlineData(0x40000000UL, Forbidden)] // CLONE_NEWNET
    [InlineData(0x02000000UL, Forbidden)] // CLONE_NEWCGROUP
    public void Clone_makes_threads_and_processes_but_no_namespaces(ulong flags, uint answer) => Assert.Equal(answer, RunX64(56, flags));

    [Theory]
    [InlineData(0UL, Allow)]
    [InlineData(8UL, Allow)]
    [InlineData(0xFFFFFFFFUL, Allow)]
    [InlineData(0x0040000UL, Forbidden)] // ADDR_NO_RANDOMIZE
    [InlineData(1UL, Forbidden)]
    public void Personality_takes_what_is_harmless(ulong personality, uint answer) => Assert.Equal(answer, RunX64(135, personality));

    [Theory]
    [InlineData(1UL, Allow)]
    [InlineData(2UL, Allow)]
    [InlineData(40UL, Forbidden)]
    public void Sockets_are_allowed_but_not_to_the_hypervisor(ulong family, uint answer) => Assert.Equal(answer, RunX64(41, family));

    [Fact]
    public void Calls_of_another_architecture_kill() => Assert.Equal(Kill, BpfMachine.Run(Default().Span, 11, I386));

    [Fact]
    public void A_program_whose_halves_are_further_apart_than_a_jump_reaches_still_answers()
    {
        // Every other call is allowed: as many ranges as there can be.
        var names = SystemCalls.Numbers.Where(n => n.Value.X64 >= 0 && n.Value.X64 % 2 == 0).Select(n => n.Key).ToList();
        var program = SeccompFilter.Compile(new SeccompProfile { Allowed = names }, Architecture.X64).Instructions;
        Assert.True(program.Length > 500, $"{program.Length} instructions");
        foreach (var (name, numbers) in SystemCalls.Numbers.Where(n => n.Value.X64 >= 0))
        {
            Assert.True((names.Contains(name) ? Allow : Forbidden) == BpfMachine.Run(program.Span, (uint)numbers.X64, X64), name);
        }
    }

    [Fact]
    public void A_call_passes_few_instructions()
    {
        Assert.InRange(Default().Length, 50, 400); // BPF_MAXINSNS is 4096; docker's own list has more than 600
    }

    [Fact]
    public void A_name_that_is_not_known_is_an_error()
    {
        Assert.Throws<System.ArgumentException>(() => SeccompFilter.Compile(new SeccompProfile { Allowed = new List<string> { "raed" } }, Architecture.X64));
    }

    private static System.ReadOnlyMemory<ulong> Default() => SeccompFilter.Compile(SeccompProfile.Default, Architecture.X64).Instructions;

    private static uint RunX64(uint number, params ulong[] arguments) => BpfMachine.Run(Default().Span, number, X64, arguments);
}
