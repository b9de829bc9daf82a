using System;
using System.Text;
using Virt.Agent.Images.Oci;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Images.Oci;

public sealed class OciDocumentTests
{
    private const string A = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Fact]
    public void A_manifest_is_read_and_what_is_not_known_is_passed_over()
    {
        var manifest = OciDocument.ReadManifest(Encoding.UTF8.GetBytes($$"""
            {"schemaVersion": 2, "later": {"x": []}, "config": {"mediaType": "{{MediaTypes.Config}}", "digest": "{{A}}", "size": 7 },
             "layers": [{"mediaType": "{{MediaTypes.LayerGzip}}", "digest": "{{A}}", "size": 9, "urls": ["u"], "annotations": {"k": "v"} } ]}
            """), "x");
        Assert.Equal((A, 7), (manifest.Config.Digest.ToString(), manifest.Config.Size));
        var layer = Assert.Single(manifest.Layers);
        Assert.True(MediaTypes.IsLayer(layer.MediaType));
        Assert.Equal("v", layer.Annotations!["k"]);
    }

    [Fact]
    public void A_config_is_read_as_docker_writes_it()
    {
        var config = OciDocument.ReadConfig("""
            {"architecture": "arm64", "os": "linux", "variant": "v8", "created": "2026-01-02T03:04:05.123456789Z",
             "config": {"User": "app", "ExposedPorts": {"80/tcp": {}}, "Env": ["A=1"], "Entrypoint": null, "Cmd": ["sh"], "Volumes": {"/data": {}}, "WorkingDir": "/w",
                        "Labels": {"l": "1"}, "StopSignal": "SIGQUIT", "ArgsEscaped": true,
                        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 5000000000, "Retries": 2}},
             "rootfs": {"type": "layers", "diff_ids": ["sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]},
             "history": [{"created_by": "COPY", "empty_layer": false}, {"created_by": "CMD", "empty_layer": true}]}
            """u8, "x");
        Assert.Equal("v8", config.Variant);
        Assert.Equal("2026-01-02", config.Created!.Value.ToString("yyyy-MM-dd"));
        Assert.Equal(["A=1"], config.Config!.Env);
        Assert.Null(config.Config.Entrypoint);
        Assert.Contains("80/tcp", config.Config.ExposedPorts!.Keys);
        Assert.Equal(5_000_000_000, config.Config.Healthcheck!.IntervalNanoseconds);
        Assert.Equal(A, Assert.Single(config.RootFs.DiffIds).ToString());
        Assert.True(config.History![1].EmptyLayer);
    }

    [Fact]
    public void A_config_that_says_null_where_lists_stand_is_one_without_them()
    {
        var config = OciDocument.ReadConfig("""{"rootfs": {"type": "layers", "diff_ids": null}, "config": null, "history": null}"""u8, "x");
        Assert.Empty(config.RootFs.DiffIds);
        Assert.Empty(OciDocument.ReadConfig("{}"u8, "x").RootFs.DiffIds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"schemaVersion": 2}""")]
    [InlineData("""{"schemaVersion": 1, "config": {"digest": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "size": 1}}""")]
    [InlineData("""{"schemaVersion": 2, "config": {"digest": "../../etc/passwd", "size": 1}}""")]
    [InlineData("""{"schemaVersion": 2, "config": {"digest": 5, "size": 1}}""")]
    public void A_manifest_that_is_none_is_DataLoss(string text)
    {
        var e = Assert.Throws<VirtException>(() => OciDocument.ReadManifest(Encoding.UTF8.GetBytes(text), "debian"));
        Assert.Equal((ErrorCode.DataLoss, "ImageDocumentDamaged", "debian"), (e.Code, e.Id, e.Target));
    }

    [Fact]
    public void A_document_without_a_media_type_is_known_by_what_it_has()
    {
        Assert.Equal(MediaTypes.Index, OciDocument.KindOf(Encoding.UTF8.GetBytes($$"""{"schemaVersion": 2, "manifests": [{"digest": "{{A}}", "size": 1 } ]}"""), "x"));
        Assert.Equal(MediaTypes.Manifest, OciDocument.KindOf("""{"schemaVersion": 2, "config": {}}"""u8, "x"));
        Assert.Null(OciDocument.KindOf("{}"u8, "x"));
        Assert.Equal(MediaTypes.DockerManifest, OciDocument.KindOf(Encoding.UTF8.GetBytes($$"""{"mediaType": "{{MediaTypes.DockerManifest}}" }"""), "x"));
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var manifest = new OciManifest { SchemaVersion = 2, MediaType = MediaTypes.Manifest, Config = new OciDescriptor { MediaType = MediaTypes.Config, Digest = Digest.Parse(A), Size = 3 } };
        var bytes = OciDocument.Write(manifest);
        Assert.DoesNotContain("null", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        Assert.Equal(manifest.Config, OciDocument.ReadManifest(bytes, "x").Config);
    }
}
