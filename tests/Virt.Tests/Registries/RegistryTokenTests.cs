using System;
using System.Linq;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images;
using Virt.Agent.Registries;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Registries;

/// <summary>Who asks is shown as the registry wants it: by a token that another server gives, by name and password, and to nobody else.</summary>
public sealed class RegistryTokenTests : IAsyncDisposable
{
    private const string Oci = "application/vnd.oci.image.manifest.v1+json";
    private static readonly RegistryCredential Ann = new() { UserName = "ann", Password = "s3cret" };

    private readonly FakeRegistry registry = new();
    private readonly FakeRegistry tokens = new();
    private readonly RegistryHttp http;
    private string valid = "none";
    private int given;

    public RegistryTokenTests()
    {
        var options = new RegistryOptions { Silence = TimeSpan.FromSeconds(5), FirstWait = TimeSpan.FromMilliseconds(1) };
        options.PlainHttp.UnionWith([registry.Host, tokens.Host]);
        http = new RegistryHttp(options, TimeProvider.System);
        registry.AddManifest("a/b", "1", Oci, "{}"u8.ToArray());
        registry.Answer = request => request["Authorization"] == "Bearer " + valid
            ? null
            : new FakeAnswer(401, "", ("WWW-Authenticate", $"Bearer realm=\"{tokens.Url}/token?x=1\",service=\"a \\\"b\\\"\",scope=\"repository:a/b:pull\""));
        tokens.Answer = _ => new FakeAnswer(200, $$"""{"access_token":"{{valid = $"token-{++given}"}}","expires_in":60}""");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await registry.DisposeAsync();
        await tokens.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_got_once_and_again_when_it_has_run_out()
    {
        var client = Client(null);
        await client.GetManifestAsync("1", Cancellation);
        await client.GetManifestAsync("1", Cancellation);
        var asked = Assert.Single(tokens.Requests);
        Assert.Equal("x=1&service=a \"b\"&scope=repository:a/b:pull&client_id=virt-agent", WebUtility.UrlDecode(asked.Query));
        Assert.Null(asked["Authorization"]);
        valid = "other";
        await client.GetManifestAsync("1", Cancellation);
        Assert.Equal(2, tokens.Requests.Count);
    }

    [Fact]
    public async Task The_password_goes_to_the_server_of_tokens_and_the_token_to_the_registry()
    {
        await Client(Ann).GetManifestAsync("1", Cancellation);
        var asked = Assert.Single(tokens.Requests);
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:s3cret")), asked["Authorization"]);
        Assert.EndsWith("&account=ann", asked.Query, StringComparison.Ordinal);
        Assert.Equal([null, "Bearer token-1"], registry.Requests.Select(static request => request["Authorization"]));
    }

    [Fact]
    public async Task An_identity_token_is_changed_for_a_token_by_a_form()
    {
        await Client(new RegistryCredential { IdentityToken = "id+1" }).GetManifestAsync("1", Cancellation);
        var asked = Assert.Single(tokens.Requests);
        Assert.Equal("POST", asked.Method);
        Assert.Contains("grant_type=refresh_token", Encoding.UTF8.GetString(asked.Body), StringComparison.Ordinal);
        Assert.Contains("refresh_token=id%2B1", Encoding.UTF8.GetString(asked.Body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 401, ErrorCode.Unauthenticated, "has no 'a/b', or wants to know who asks (\"go away\")")]
    [InlineData(true, 401, ErrorCode.Unauthenticated, "does not accept the credentials of 'ann' (\"go away\")")]
    [InlineData(true, 403, ErrorCode.PermissionDenied, "does not let 'ann' do that (\"go away\")")]
    public async Task Who_gets_no_token_is_told_so_with_the_way_to_log_in(bool isKnown, int status, ErrorCode code, string message)
    {
        tokens.Answer = _ => FakeAnswer.Error(status, "UNAUTHORIZED", "go away");
        var error = await Assert.ThrowsAsync<VirtException>(() => Client(isKnown ? Ann : null).GetManifestAsync("1", Cancellation));
        Assert.Equal((code, "RegistryDenied"), (error.Code, error.Id));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal($"Save-ContainerImage {registry.Host}/a/b:1 -Credential (Get-Credential)", error.RecommendedAction);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
        Assert.Single(tokens.Requests);
    }

    [Fact]
    public async Task A_token_that_the_registry_does_not_take_is_not_asked_for_for_ever()
    {
        tokens.Answer = _ => new FakeAnswer(200, """{"token":"wrong"}""");
        var error = await Assert.ThrowsAsync<VirtException>(() => Client(Ann).GetManifestAsync("1", Cancellation));
        Assert.Equal("RegistryDenied", error.Id);
        Assert.Single(tokens.Requests);
    }

    [Fact]
    public async Task A_busy_server_of_tokens_is_asked_again()
    {
        var good = tokens.Answer;
        var left = 2;
        tokens.Answer = request => left-- > 0 ? new FakeAnswer(503, "") : good(request);
        await Client(null).GetManifestAsync("1", Cancellation);
        Assert.Equal(3, tokens.Requests.Count);
    }

    [Theory]
    [InlineData("http://localhost:1/token")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nowhere")]
    public async Task A_password_is_sent_nowhere_without_TLS_because_a_registry_says_so(string realm)
    {
        registry.Answer = _ => new FakeAnswer(401, "", ("WWW-Authenticate", $"Bearer realm=\"{realm}\""));
        var error = await Assert.ThrowsAsync<VirtException>(() => Client(Ann).GetManifestAsync("1", Cancellation));
        Assert.Equal("RegistryFailed", error.Id);
        Assert.Contains($"sends for a token to '{realm}', which is not asked with TLS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_wants_the_password_itself_gets_it_only_where_there_is_one()
    {
        registry.Answer = request => request["Authorization"]?.StartsWith("Basic ", StringComparison.Ordinal) == true ? null : new FakeAnswer(401, "", ("WWW-Authenticate", "Basic realm=\"r\""));
        await Client(Ann).GetManifestAsync("1", Cancellation);
        Assert.Equal("RegistryDenied", (await Assert.ThrowsAsync<VirtException>(() => Client(null).GetManifestAsync("1", Cancellation))).Id);
    }

    [Fact]
    public void A_credential_is_written_out_by_its_name_alone()
    {
        Assert.Equal("ann", Ann.ToString());
        Assert.DoesNotContain("s3cret", new RegistryTask("save", ImageReference.Parse("a"), Ann).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", new SaveContainerImage { Credential = Ann }.ToString(), StringComparison.Ordinal);
    }

    private RegistryClient Client(RegistryCredential? credential)
    {
        var reference = ImageReference.Parse($"{registry.Host}/a/b:1");
        return new RegistryClient(http, RegistryAddress.Of(reference, http.Options).Single(), new RegistryTask("save", reference, credential));
    }
}
