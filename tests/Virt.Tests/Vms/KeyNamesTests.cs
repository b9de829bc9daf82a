using System.Linq;
using Virt.Agent.Vms;
using Xunit;

namespace Virt.Tests.Vms;

public sealed class KeyNamesTests
{
    [Theory]
    [InlineData("ctrl-alt-delete", "ctrl alt delete")]
    [InlineData("Ctrl-Alt-Del", "ctrl alt delete")]
    [InlineData("F12", "f12")]
    [InlineData("enter", "ret")]
    [InlineData("win-r", "meta_l r")]
    [InlineData("kp_5", "kp_5")]
    public void Keys_are_called_what_people_call_them(string keys, string codes) => Assert.Equal(codes.Split(' '), KeyNames.Together(keys));

    [Theory]
    [InlineData("")]
    [InlineData("ctrl-")]
    [InlineData("nokey")]
    [InlineData("f13")]
    public void What_is_no_key_is_none(string keys) => Assert.Null(KeyNames.Together(keys));

    [Theory]
    [InlineData('a', "a")]
    [InlineData('Z', "shift z")]
    [InlineData('7', "7")]
    [InlineData('&', "shift 7")]
    [InlineData('\n', "ret")]
    [InlineData('"', "shift apostrophe")]
    public void A_character_is_typed_as_on_a_keyboard_of_the_United_States(char character, string codes) => Assert.Equal(codes.Split(' '), KeyNames.Of(character));

    [Fact]
    public void Every_printable_character_of_ASCII_can_be_typed_and_no_other() =>
        Assert.Equal(Enumerable.Range(0x20, 0x5F), Enumerable.Range(0x20, 0x1000).Where(static c => KeyNames.Of((char)c) is not null));
}
