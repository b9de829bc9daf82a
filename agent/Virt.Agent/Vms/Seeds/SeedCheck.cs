using System;
using System.Linq;
using System.Text;
using System.Text.Json;
using Virt.Protocol;

namespace Virt.Agent.Vms.Seeds;

/// <summary>What a request for a seed must keep to, and the seed that comes of it: pure.</summary>
internal static class SeedCheck
{
    private const int LongestUserName = 32;
    private const int LongestLabel = 63;
    private const int LongestHostName = 253;
    private const int MostKeys = 1000;
    private const int MostCloudInit = 1 << 20;

    // sshd(8), AUTHORIZED_KEYS FILE FORMAT.
    private static readonly string[] KeyTypes =
    [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    /// <summary>The seed; null: none was asked for, and the image has nothing that would wait for one.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="isExpected">The image has cloud-init, which does little without a seed.</param>
    /// <exception cref="VirtException">InvalidArgument.</exception>
    public static VmSeed? SeedOf(NewVM request, bool isExpected)
    {
        var name = request.Name;
        if (!isExpected && string.IsNullOrEmpty(request.UserName) && string.IsNullOrEmpty(request.HostName) && request.SshKeys.Length == 0 && request.CloudInit.Length == 0)
        {
            return null;
        }

        return new VmSeed
        {
            HostName = string.IsNullOrEmpty(request.HostName) ? HostNameOf(name) : CheckHostName(name, request.HostName),
            UserName = string.IsNullOrEmpty(request.UserName) ? null : CheckUserName(name, request.UserName),
            SshKeys = CheckKeys(name, request.SshKeys),
            CloudInit = CheckCloudInit(name, request.CloudInit),
        };
    }

    /// <summary>The nearest to a machine's name that a host can be called: RFC 1123, 2.1.</summary>
    public static string HostNameOf(string name)
    {
        var labels = name.Split('.').Select(static label => new string([.. label.Select(static c => c == '_' ? '-' : c).Take(LongestLabel)]).Trim('-')).Where(static label => label.Length > 0);
        return string.Join('.', labels) is { Length: > 0 } host ? host : "vm";
    }

    private static string CheckHostName(string name, string host) =>
        host.Length <= LongestHostName && host.Split('.').All(static label => label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-' && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            ? host
            : throw Bad(name, "InvalidHostName", $"its guest cannot be called '{host}': a host name has letters, digits and dashes between dots, with {LongestLabel} characters at most and none but letters and digits at its ends", $"-HostName {HostNameOf(name)}");

    // useradd(8), with what distributions' own rules have in common.
    private static string CheckUserName(string name, string user)
    {
        if (user == "root")
        {
            throw Bad(name, "InvalidUserName", "'root' is there already and cannot be made; a user who may become root is", "-UserName admin");
        }

        return user.Length <= LongestUserName && (char.IsAsciiLetterLower(user[0]) || user[0] == '_') && user.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_')
            ? user
            : throw Bad(name, "InvalidUserName", $"a user cannot be called '{user}': a user's name begins with a small letter or an underscore and goes on with small letters, digits, dashes and underscores, {LongestUserName} characters at most", "-UserName admin");
    }

    private static string[] CheckKeys(string name, string[] keys)
    {
        if (keys.Length > MostKeys)
        {
            throw Bad(name, "InvalidSshKey", $"it has {keys.Length} SSH keys; {MostKeys} at most are allowed", "-SshKey (Get-Content key.pub)");
        }

        return [.. keys.Select(key => CheckKey(name, key.Trim())).Distinct(StringComparer.Ordinal)];
    }

    private static string CheckKey(string name, string key)
    {
        const string Action = "-SshKey (Get-Content ~/.ssh/id_ed25519.pub)";
        if (key.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw Bad(name, "InvalidSshKey", "that is a private key, which nobody else is to have; the public one is required, whose file ends in .pub", Action);
        }

        var parts = key.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        var shown = key.Length > 40 ? key[..40] + "…" : key;
        return parts.Length >= 2 && !key.Any(char.IsControl) && KeyTypes.Contains(parts[0], StringComparer.Ordinal) && IsOfType(parts[1], parts[0])
            ? key
            : throw Bad(name, "InvalidSshKey", $"'{shown}' is no public SSH key: a line of its type, its number in base64 and a comment is required, such as 'ssh-ed25519 AAAA… ann@desk'", Action);
    }

    // RFC 4253, 6.6: the number begins with the type. One that was cut off while it was copied is found so in most cases, and by its length.
    private static bool IsOfType(string number, string type)
    {
        var bytes = new byte[number.Length];
        return Convert.TryFromBase64String(number, bytes, out var count)
            && count > 4 + type.Length + 32
            && bytes.AsSpan(0, 4).SequenceEqual((byte[])[0, 0, 0, (byte)type.Length])
            && bytes.AsSpan(4, type.Length).SequenceEqual(Encoding.ASCII.GetBytes(type))
            && IsWhole(bytes.AsSpan(0, count));
    }

    private static bool IsWhole(ReadOnlySpan<byte> fields)
    {
        while (fields.Length >= 4)
        {
            var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(fields);
            if (length > fields.Length - 4)
            {
                return false;
            }

            fields = fields[(4 + (int)length)..];
        }

        return fields.Length == 0;
    }

    private static string CheckCloudInit(string name, string text)
    {
        const string Action = "-CloudInit @{ packages = @('nginx') }";
        if (text.Length > MostCloudInit)
        {
            throw Bad(name, "InvalidCloudInit", $"its cloud-config has {text.Length} characters; {MostCloudInit} at most are allowed", Action);
        }

        if (text.Length == 0)
        {
            return "";
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Bad(name, "InvalidCloudInit", "its cloud-config is no table of keys and values", Action);
            }

            if (RepeatedKey(json.RootElement) is { } key)
            {
                throw Bad(name, "InvalidCloudInit", $"its cloud-config has the key '{key}' twice", Action);
            }

            return json.RootElement.TryGetProperty(SeedText.Network, out var network) && network.ValueKind != JsonValueKind.Object
                ? throw Bad(name, "InvalidCloudInit", $"the key '{SeedText.Network}' of its cloud-config is no table of keys and values", "-CloudInit @{ network = @{ version = 2; ethernets = @{ } } }")
                : text;
        }
        catch (JsonException e)
        {
            throw Bad(name, "InvalidCloudInit", $"its cloud-config is no JSON ({e.Message.TrimEnd('.')})", Action);
        }
    }

    private static string? RepeatedKey(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().GroupBy(static property => property.Name, StringComparer.Ordinal).FirstOrDefault(static group => group.Count() > 1)?.Key
            ?? element.EnumerateObject().Select(static property => RepeatedKey(property.Value)).FirstOrDefault(static key => key is not null),
        JsonValueKind.Array => element.EnumerateArray().Select(RepeatedKey).FirstOrDefault(static key => key is not null),
        _ => null,
    };

    private static VirtException Bad(string name, string id, string why, string parameter) =>
        new(ErrorCode.InvalidArgument, id, $"Cannot create VM '{name}': {why}.", name, $"New-VM -Name {name} -Image debian {parameter}");
}
