using Virt.Agent.Images.Build;
using Xunit;

namespace Virt.Tests.Images.Build;

public sealed class BuildWarningsTests
{
    [Fact]
    public void What_is_warned_of_is_found_among_the_steps_each_once()
    {
        const string Output = """
            STEP 1/3: FROM scratch
            time="2026-11-30T12:00:00Z" level=warning msg="HEALTHCHECK is not supported for \"OCI\" images"
            time="2026-11-30T12:00:00Z" level=warning msg="HEALTHCHECK is not supported for \"OCI\" images"
            time="2026-11-30T12:00:00Z" level=info msg="nothing"
            [Warning] one or more build args were not consumed: [x]
            COMMIT localhost/built:latest
            """;
        Assert.Equal(["HEALTHCHECK is not supported for \"OCI\" images", "one or more build args were not consumed: [x]"], BuildWarnings.Of(Output));
        Assert.Empty(BuildWarnings.Of(""));
    }
}
