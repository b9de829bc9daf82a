using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images;
using Virt.Protocol;
using Virt.Registries;
using Xunit;

namespace Virt.Tests.Module;

/// <summary>What the module shows registries: what the user gives, else what Docker's own file and programs say. The agent is told that and nothing else.</summary>
public sealed class RegistryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-docker-").FullName;
    private readonly string? formerConfig = Environment.GetEnvironmentVariable("DOCKER_CONFIG");
    private readonly string? formerPath = Environment.GetEnvironmentVariable("PATH");
    private readonly FakeAgent agent = new();
    private readonly Shell shell;

    public RegistryTests()
    {
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", folder);
        Environment.SetEnvironmentVariable("PATH", $"{folder}:{formerPath}");
        agent.On(Methods.SaveContainerImage, (request, _) => new ContainerImage { Name = request.Name });
        agent.On(Methods.PublishContainerImage, (request, _) => new ContainerImagePublication { Name = request.Name, Destination = request.Destination });
        agent.On(Methods.GetContainerImage, (_, _) => new ContainerImageList { Items = [new ContainerImage { Name = "debian:12" }, new ContainerImage { Name = "host:5000/a:1" }] });
        agent.On(Methods.TestContainerImage, (_, _) => new ContainerImageTestList { Items = [new ContainerImageTest { Name = "debian:12", IsCurrent = false }, new ContainerImageTest { Name = "host:5000/a:1", IsCurrent = true }] });
        shell = new Shell(agent);
    }

    public void Dispose()
    {
        shell.Dispose();
        agent.Dispose();
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", formerConfig);
        Environment.SetEnvironmentVariable("PATH", formerPath);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("debian")]
    [InlineData("grafana/loki:1")]
    [InlineData("host:5000/a/b:tag")]
    [InlineData("localhost/a")]
    [InlineData("ghcr.io/a/b@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("index.docker.io/a/b")]
    [InlineData("LOCAL/a")]
    public void The_module_and_the_agent_mean_the_same_registry(string name) => Assert.Equal(ImageReference.Parse(name).Registry, RegistryName.Of(name));

    [Fact]
    public void Without_a_file_nothing_is_shown()
    {
        Assert.Empty(shell.Run("Save-ContainerImage debian:12"));
        Assert.Empty(shell.Errors);
        var request = Saved();
        Assert.Equal(("debian:12", "", null), (request.Name, request.Platform, request.Credential));
    }

    [Fact]
    public void A_credential_that_is_given_goes_before_the_file()
    {
        Config($$$"""{"auths":{"https://index.docker.io/v1/":{"auth":"{{{Base64("ann:of the file")}}}"} } }""");
        shell.Run("$c = [pscredential]::new('bob', [System.Net.NetworkCredential]::new('', 'given').SecurePassword); Save-ContainerImage debian:12 -Credential $c -Platform linux/arm64");
        Assert.Empty(shell.Errors);
        Assert.Equal(("bob", "given", "docker.io", "linux/arm64"), (Saved().Credential!.UserName, Saved().Credential!.Password, Saved().Credential!.Registry, Saved().Platform));
    }

    [Theory]
    [InlineData("https://index.docker.io/v1/", "debian")]
    [InlineData("docker.io", "debian")]
    [InlineData("https://localhost:5000/v2/", "localhost:5000/a:1")]
    [InlineData("HOST:5000", "host:5000/a:1")]
    public void The_file_says_who_asks_whatever_form_the_registry_has_in_it(string key, string image)
    {
        Config($$$"""{"auths":{"other":{"auth":"{{{Base64("x:y")}}}"},"{{{key}}}":{"auth":"{{{Base64("ann:a:b")}}}"} } }""");
        shell.Run($"Save-ContainerImage {image}");
        Assert.Equal(("ann", "a:b"), (Saved().Credential!.UserName, Saved().Credential!.Password));
    }

    [Fact]
    public void An_identity_token_and_an_empty_entry_are_what_they_are()
    {
        Config("""{"auths":{"host:5000":{"identitytoken":"id1"},"docker.io":{}}}""");
        shell.Run("Save-ContainerImage host:5000/a:1, debian");
        Assert.Equal("id1", Saved(0).Credential!.IdentityToken);
        Assert.Null(Saved(1).Credential);
    }

    [Fact]
    public void A_program_is_asked_by_the_name_that_the_user_logged_in_with_and_the_file_where_it_knows_nothing()
    {
        Config($$$"""{"credHelpers":{"host:5000":"one"},"credsStore":"two","auths":{"other:1":{"auth":"{{{Base64("file:secret")}}}"} } }""");
        Program("one", """read -r server || true; printf '{"ServerURL":"%s","Username":"<token>","Secret":"of %s"}' "$server" "$server" """);
        Program("two", """read -r server || true; [ "$server" = https://index.docker.io/v1/ ] || { echo "credentials not found in native keychain"; exit 1; }; echo '{"Username":"hub","Secret":"s"}'""");
        shell.Run("Save-ContainerImage host:5000/a:1, debian, other:1/a");
        Assert.Empty(shell.Errors);
        Assert.Equal("of host:5000", Saved(0).Credential!.IdentityToken);
        Assert.Equal("hub", Saved(1).Credential!.UserName);
        Assert.Equal("file", Saved(2).Credential!.UserName);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"credsStore":"none"}""", "'docker-credential-none' cannot be run")]
    [InlineData("""{"credsStore":"../x"}""", "'docker-credential-../x' is no program")]
    [InlineData("""{"credsStore":"bad"}""", "'docker-credential-bad' ended with 3")]
    [InlineData("""{"credsStore":"babbling"}""", "wrote what is no JSON")]
    [InlineData("""{"auths":{"docker.io":{"auth":"%"}}}""", "is no base64")]
    public void What_cannot_be_read_is_a_warning_and_the_registry_is_asked_without(string config, string warning)
    {
        Config(config);
        Program("bad", "echo oh; echo secret >&2; exit 3");
        Program("babbling", "echo hello");
        using var script = shell.Script("Save-ContainerImage debian");
        script.Invoke();
        Assert.Empty(script.Streams.Error);
        Assert.Contains(warning, Assert.Single(script.Streams.Warning).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", script.Streams.Warning[0].Message, StringComparison.Ordinal);
        Assert.Null(Saved().Credential);
    }

    [Fact]
    public async Task A_program_that_never_answers_is_ended_by_its_limit_and_by_Ctrl_C()
    {
        Program("slow", "exec sleep 1000");
        Assert.Contains("has not answered", Assert.Throws<InvalidDataException>(() => CredentialProgram.Ask("slow", "x", TimeSpan.FromMilliseconds(50), CancellationToken.None)).Message, StringComparison.Ordinal);
        using var cancel = new CancellationTokenSource();
        var asking = Task.Run(() => CredentialProgram.Ask("slow", "x", TimeSpan.FromMinutes(5), cancel.Token), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public void Save_writes_the_image_only_where_it_is_asked_to_and_takes_names_from_the_pipeline()
    {
        Assert.Equal(["a", "b"], shell.Run<ContainerImage>("'a', 'b' | Save-ContainerImage -PassThru").Select(static image => image.Name));
        Assert.Equal(["debian:12", "host:5000/a:1"], shell.Run<ContainerImage>("Get-ContainerImage | Save-ContainerImage -PassThru").Select(static image => image.Name));
        Assert.Empty(shell.Errors);
        Assert.Empty(shell.Run("Save-ContainerImage a -WhatIf"));
        Assert.True(agent.CallsOf(Methods.SaveContainerImage)[^1].Options.WhatIf);
        Assert.Equal("a", Assert.Single(shell.Run<ContainerImage>("Save-ContainerImage a -AsJob | Wait-Job | Receive-Job")).Name);
    }

    [Fact]
    public void Publish_shows_the_registry_of_the_destination_who_asks()
    {
        Config($$$"""{"auths":{"docker.io":{"auth":"{{{Base64("hub:x")}}}"},"host:5000":{"auth":"{{{Base64("own:x")}}}"} } }""");
        var published = Assert.Single(shell.Run<ContainerImagePublication>("Publish-ContainerImage debian:12 host:5000/debian:12"));
        Assert.Equal("host:5000/debian:12", published.Destination);
        var request = (PublishContainerImage)Assert.Single(agent.CallsOf(Methods.PublishContainerImage)).Request;
        Assert.Equal(("debian:12", "host:5000/debian:12", "own"), (request.Name, request.Destination, request.Credential!.UserName));
    }

    [Fact]
    public void Test_asks_for_all_registries_in_one_call_and_its_answers_can_be_saved()
    {
        Config($$$"""{"auths":{"docker.io":{"auth":"{{{Base64("hub:x")}}}"},"host:5000":{"auth":"{{{Base64("own:x")}}}"} } }""");
        shell.Run("Test-ContainerImage | Where-Object IsCurrent -EQ $false | Save-ContainerImage");
        Assert.Empty(shell.Errors);
        var request = (TestContainerImage)Assert.Single(agent.CallsOf(Methods.TestContainerImage)).Request;
        Assert.Equal([("docker.io", "hub"), ("host:5000", "own")], request.Credentials.Select(static one => (one.Registry, one.UserName)));
        Assert.Equal("debian:12", Saved().Name);
        shell.Run("Test-ContainerImage -Credential ([pscredential]::new('bob', [System.Net.NetworkCredential]::new('', 'x').SecurePassword))");
        Assert.StartsWith("OneRegistryRequired,", Assert.Single(shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private SaveContainerImage Saved(int number = 0) => (SaveContainerImage)agent.CallsOf(Methods.SaveContainerImage)[number].Request;

    private void Config(string json) => File.WriteAllText(Path.Combine(folder, "config.json"), json);

    private void Program(string name, string script)
    {
        var path = Path.Combine(folder, "docker-credential-" + name);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
