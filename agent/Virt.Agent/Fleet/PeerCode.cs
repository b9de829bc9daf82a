using System.Buffers.Text;
using System.Security.Cryptography;
using Virt.Protocol;

namespace Virt.Agent.Fleet;

/// <summary>A one-time code: a secret that proves whom the code was given to, and the fingerprint that proves who answers.</summary>
/// <param name="Secret">10 random bytes.</param>
/// <param name="Fingerprint">SHA-256 of the certificate of the agent that made the code.</param>
public sealed record PeerCode(byte[] Secret, byte[] Fingerprint)
{
    private const int SecretBytes = 10;
    private const int FingerprintBytes = 32;

    /// <summary>Makes a code with a new secret.</summary>
    public static PeerCode New(byte[] fingerprint) => new(RandomNumberGenerator.GetBytes(SecretBytes), fingerprint);

    /// <summary>Reads a code.</summary>
    /// <exception cref="VirtException">InvalidArgument: the text is no code.</exception>
    public static PeerCode Parse(string text)
    {
        var bytes = new byte[SecretBytes + FingerprintBytes];
        if (!Base64Url.IsValid(text, out var length) || length != bytes.Length)
        {
            throw new VirtException(ErrorCode.InvalidArgument, "BadPeerCode", "Cannot use the code: it is not as New-VirtPeerCode gives it.", action: "Run New-VirtPeerCode on the other host and copy the whole Code.");
        }

        Base64Url.DecodeFromChars(text, bytes);
        return new PeerCode(bytes[..SecretBytes], bytes[SecretBytes..]);
    }

    /// <inheritdoc/>
    public override string ToString() => Base64Url.EncodeToString([.. Secret, .. Fingerprint]);
}
