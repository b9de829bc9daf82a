using MessagePack;

namespace Virt.Protocol;

/// <summary>What a user shows a registry. It lives as long as the request: no agent stores it or writes it to its log.</summary>
[MessagePackObject]
public sealed partial record RegistryCredential
{
    /// <summary>The user's name.</summary>
    [Key(0)]
    public string UserName { get; set; } = "";

    /// <summary>The password, or what the registry takes for one.</summary>
    [Key(1)]
    public string Password { get; set; } = "";

    /// <summary>A token that the registry gave when the user logged in, instead of a password; empty: none.</summary>
    [Key(2)]
    public string IdentityToken { get; set; } = "";

    /// <summary>The registry that it is for, as names of images have it: <c>docker.io</c>; empty: that of the request's image.</summary>
    [Key(3)]
    public string Registry { get; set; } = "";

    /// <summary>Whose it is, and nothing of the secret.</summary>
    public override string ToString() => UserName.Length > 0 ? UserName : "identity token";
}
