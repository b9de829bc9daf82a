using Virt.Commands;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>What is said of changes that wait can be typed, whatever the machine is doing.</summary>
public sealed class NextStartTests
{
    [Theory]
    [InlineData(VMState.Running, "MemoryBytes 1GB waits for its next start; Restart-VM web01 brings it about.")]
    [InlineData(VMState.Paused, "MemoryBytes 1GB waits for its next start; 'Resume-VM web01; Restart-VM web01' brings it about.")]
    [InlineData(VMState.Saved, "MemoryBytes 1GB waits until it has been off, for it goes on from what was saved of it; 'Start-VM web01; Restart-VM web01' brings it about.")]
    public void What_waits_comes_about_by_what_is_said(VMState state, string words) => Assert.Equal(words, NextStart.Words("web01", state, ["MemoryBytes 1GB"]));

    [Fact]
    public void Of_nothing_nothing_is_said() => Assert.Equal("", NextStart.Words("web01", VMState.Saved, []));
}
