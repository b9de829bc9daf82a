namespace Virt;

/// <summary>What pages of the host a guest's memory is made of.</summary>
public enum VMBackingPageSize
{
    /// <summary>Those that everything has.</summary>
    Small = 0,

    /// <summary>Huge ones, of those that the host keeps for who asks for them: fewer of them are to be looked up, and none is ever swapped.</summary>
    Large = 1,
}
