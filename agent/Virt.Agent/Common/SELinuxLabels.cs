using System;
using System.IO;
using System.Linq;
using Virt.Linux.Security;

namespace Virt.Agent.Common;

/// <summary>With which SELinux labels containers run on this host, as its policy names them (docs/adr/0038-selinux.md). Found once, at the agent's start.</summary>
public sealed class SELinuxLabels
{
    private const string PolicyKey = "SELINUXTYPE=", FurthestLevel = "s0:c0,c1023", Restart = "sudo systemctl restart virt-agent";
    private const int Level = 3; // the fourth part of a label: user, role, type, level

    // What a process of another domain has to be let do, so that the agent can start it and hear from it. With PR_SET_NO_NEW_PRIVS, which the agent's unit sets, and from what is mounted
    // without set-user-id, a change of domain is a right of its own. Source: security/selinux/hooks.c, check_nnp_nosuid.
    private static readonly (string Kind, string Permission)[] NeededForStart = [("process", "transition"), ("process2", "nnp_transition"), ("process2", "nosuid_transition")];

    private readonly string process, init, super, file, layer;
    private readonly bool hasLevels;

    private SELinuxLabels(string process, string init, string super, string file, string layer, bool hasLevels)
    {
        this.process = process;
        this.init = init;
        this.super = super;
        this.file = file;
        this.layer = layer;
        this.hasLevels = hasLevels;
    }

    /// <summary>The kernel has SELinux, and it is on.</summary>
    public bool IsPresent { get; private init; }

    /// <summary>What is not allowed is refused, and not only written down.</summary>
    public bool IsEnforcing { get; private init; }

    /// <summary>Why containers have no labels although SELinux is present; empty: they have.</summary>
    public string Problem { get; private init; } = "";

    /// <summary>What mends that.</summary>
    public string Action { get; private init; } = "";

    /// <summary>Containers have labels.</summary>
    public bool IsUsed => IsPresent && Problem.Length == 0;

    /// <summary>The label of files that every container may use.</summary>
    public string Shared => At(file, "s0", hasLevels);

    /// <summary>The label of files that every container may read and execute, and none may write.</summary>
    public string Layer => At(layer, "s0", hasLevels);

    /// <summary>Looks at the kernel and at its policy's files.</summary>
    /// <param name="root">The root of /sys, /proc and /etc; <c>/</c> but in tests.</param>
    /// <param name="program">The agent's own file, which may have to be labelled.</param>
    public static SELinuxLabels Find(string root, string program)
    {
        var kernel = new SELinuxKernel(root);
        if (!kernel.IsThere)
        {
            return new SELinuxLabels("", "", "", "", "", hasLevels: false);
        }

        var named = Names(root);
        var (own, hasLevels) = (kernel.OwnLabel, kernel.HasLevels);
        var ofProcess = named("process") ?? "system_u:system_r:container_t:s0";
        var ofFile = named("file") ?? "system_u:object_r:container_file_t:s0";
        var ofLayer = named("ro_file") ?? WithType(ofFile, "container_ro_file_t");
        var ofInit = named("init_process") ?? WithType(ofProcess, "container_init_t");
        var ofSuper = At(WithType(ofProcess, "spc_t"), "s0", hasLevels);
        var (problem, action) = !own.Contains(':') ? ("no policy is loaded", "sestatus")
            : !kernel.IsValid(Furthest(ofProcess)) || !kernel.IsValid(Furthest(ofFile)) ? ($"its policy has no {TypeOf(ofProcess)} and {TypeOf(ofFile)}", $"Install container-selinux, or what else has these types for this policy; then: {Restart}")
            : Refusal(kernel, own, Furthest(ofProcess)) is { } refusal ? ($"its policy does not let the agent, which is {TypeOf(own)}, {refusal}", $"sudo semanage fcontext -a -t container_runtime_exec_t '{program}'; sudo restorecon '{program}'; {Restart}")
            : ("", "");
        return new SELinuxLabels(ofProcess, IsUsable(Furthest(ofInit)) ? ofInit : ofProcess, IsUsable(ofSuper) ? ofSuper : "", ofFile, kernel.IsValid(At(ofLayer, "s0", hasLevels)) ? ofLayer : ofFile, hasLevels)
        {
            IsPresent = true,
            IsEnforcing = kernel.IsEnforcing,
            Problem = problem,
            Action = action,
        };

        bool IsUsable(string label) => problem.Length == 0 && kernel.IsValid(label) && Refusal(kernel, own, label) is null;

        string Furthest(string label) => At(label, FurthestLevel, hasLevels);
    }

    /// <summary>The labels of one container.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="level">Its own level, such as <c>s0:c1,c2</c>.</param>
    public ContainerLabel Of(ContainerLabelKind kind, string level) => new(
        kind switch
        {
            ContainerLabelKind.Super => super, // which no categories hold back
            ContainerLabelKind.Init => At(init, level, hasLevels),
            _ => At(process, level, hasLevels),
        },
        At(file, level, hasLevels));

    /// <summary>Of a label, the type.</summary>
    public static string TypeOf(string label) => label.Split(':').ElementAtOrDefault(2) ?? label;

    // A label with another level than it has, or none where the policy has none.
    private static string At(string label, string level, bool hasLevels) => string.Join(':', [.. label.Split(':').Take(Level), .. hasLevels ? [level] : Array.Empty<string>()]);

    private static string WithType(string label, string type) => string.Join(':', [.. label.Split(':').Select((part, i) => i == 2 ? type : part)]);

    // Null where all that is needed is allowed.
    private static string? Refusal(SELinuxKernel kernel, string own, string process) =>
        !kernel.Has("nnp_nosuid_transition") ? $"start processes as {TypeOf(process)} (nnp_nosuid_transition)"
        : NeededForStart.FirstOrDefault(needed => !kernel.Allows(own, process, needed.Kind, needed.Permission)) is { Permission: { } permission } ? $"start processes as {TypeOf(process)} ({permission})"
        : !kernel.Allows(process, own, "fd", "use") || !kernel.Allows(process, own, "fifo_file", "write") ? $"hear from {TypeOf(process)}"
        : null;

    // selinux-policy's own file of it, which podman and docker read too: lines of key = "label". Null where it does not say.
    private static Func<string, string?> Names(string root)
    {
        var config = Path.Combine(root, "etc/selinux/config");
        var policy = File.Exists(config) ? File.ReadLines(config).LastOrDefault(static line => line.StartsWith(PolicyKey, StringComparison.Ordinal))?[PolicyKey.Length..].Trim() : null;
        var contexts = Path.Combine(root, "etc/selinux", policy ?? "targeted", "contexts/lxc_contexts");
        var lines = File.Exists(contexts) ? File.ReadAllLines(contexts) : [];
        return name =>
        {
            var line = lines.FirstOrDefault(line => line.Split('=')[0].Trim() == name);
            var label = line?[(line.IndexOf('=') + 1)..].Trim().Trim('"');
            return label?.Split(':').Length >= Level ? label : null;
        };
    }
}
