using Virt.Agent.Common;
using Xunit;

namespace Virt.Tests.Common;

public sealed class StableHashTests
{
    // The published test vectors of FNV-1a.
    [Theory]
    [InlineData("", 0xcbf29ce484222325UL)]
    [InlineData("a", 0xaf63dc4c8601ec8cUL)]
    [InlineData("foobar", 0x85944171f73967e8UL)]
    public void The_hash_is_the_same_for_ever(string text, ulong expected) => Assert.Equal(expected, StableHash.Of(text));
}
