using System;
using System.IO;
using Virt.Agent.Common;
using Xunit;

namespace Virt.Tests.Common;

/// <summary>What is made of a kernel's and a policy's files; what the kernel itself answers is in the integration tests.</summary>
public sealed class SELinuxLabelsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("selinux-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Without_SELinux_there_are_none_and_no_problem()
    {
        var labels = SELinuxLabels.Find(root, "/virt-agent");
        Assert.Equal((false, false, ""), (labels.IsPresent, labels.IsUsed, labels.Problem));
    }

    [Fact]
    public void Without_a_policy_that_is_the_problem()
    {
        Write("sys/fs/selinux/enforce", "0");
        Write("proc/self/attr/current", "kernel\0");
        var labels = SELinuxLabels.Find(root, "/virt-agent");
        Assert.Equal((true, false, "no policy is loaded"), (labels.IsPresent, labels.IsUsed, labels.Problem));
    }

    [Fact]
    public void Without_the_types_of_containers_that_is_the_problem()
    {
        Write("sys/fs/selinux/enforce", "1");
        Write("proc/self/attr/current", "system_u:system_r:init_t:s0");
        var labels = SELinuxLabels.Find(root, "/virt-agent");
        Assert.Equal((true, "its policy has no container_t and container_file_t"), (labels.IsEnforcing, labels.Problem));
        Assert.Contains("container-selinux", labels.Action, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_does_not_let_the_agent_change_to_them_is_the_problem()
    {
        Write("sys/fs/selinux/enforce", "1");
        Write("sys/fs/selinux/context", ""); // takes whatever is written: every label is valid
        Write("proc/self/attr/current", "system_u:system_r:init_t:s0");
        var labels = SELinuxLabels.Find(root, "/opt/virt-agent");
        Assert.Equal("its policy does not let the agent, which is init_t, start processes as container_t (nnp_nosuid_transition)", labels.Problem);
        Assert.Contains("container_runtime_exec_t '/opt/virt-agent'", labels.Action, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "system_u:system_r:box_t:s0:c1,c2", "system_u:object_r:box_file_t:s0:c1,c2", "system_u:object_r:box_file_t:s0")]
    [InlineData("0", "system_u:system_r:box_t", "system_u:object_r:box_file_t", "system_u:object_r:box_file_t")]
    public void Types_are_those_that_the_policys_own_file_names_and_levels_are_the_containers(string mls, string process, string file, string shared)
    {
        Write("etc/selinux/config", "# a comment\nSELINUX=enforcing\nSELINUXTYPE=ours\n");
        Write("etc/selinux/ours/contexts/lxc_contexts", "process = \"system_u:system_r:box_t:s0\"\ncontent = \"system_u:object_r:virt_var_lib_t:s0\"\nfile = \"system_u:object_r:box_file_t:s0\"\n");
        Write("sys/fs/selinux/enforce", "1");
        Write("sys/fs/selinux/mls", mls);
        Write("proc/self/attr/current", "system_u:system_r:init_t:s0");
        var labels = SELinuxLabels.Find(root, "/virt-agent");
        Assert.Equal(new ContainerLabel(process, file), labels.Of(ContainerLabelKind.Container, "s0:c1,c2"));
        Assert.Equal((process, file), (labels.Of(ContainerLabelKind.Init, "s0:c1,c2").Process, labels.Of(ContainerLabelKind.Super, "s0:c1,c2").File)); // it has no type for an init
        Assert.Equal(("", shared), (labels.Of(ContainerLabelKind.Super, "s0:c1,c2").Process, labels.Shared));
        Assert.Equal(shared, labels.Layer); // nor one for layers
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
