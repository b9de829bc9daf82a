using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.State;
using Virt.Protocol;

namespace Virt.Agent.Hosts;

/// <summary>Answers what is asked about the host and the agent themselves.</summary>
public sealed class HostService
{
    private readonly AgentPaths paths;
    private readonly ResourceTable resources;
    private readonly HostFacts facts;
    private readonly QemuVersion qemu;
    private readonly HostChecks checks;
    private readonly DateTimeOffset started;

    /// <summary>Makes the service.</summary>
    public HostService(AgentPaths paths, ResourceTable resources, HostFacts facts, Accelerator accelerator, QemuVersion qemu, SELinuxLabels labels, string name, TimeProvider time)
    {
        this.paths = paths;
        this.resources = resources;
        this.facts = facts;
        Accelerator = accelerator;
        this.qemu = qemu;
        Name = name;
        checks = new HostChecks(paths, facts, accelerator, qemu, labels);
        started = time.GetUtcNow();
    }

    /// <summary>The agent's version.</summary>
    public static string Version { get; } = typeof(HostService).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>This host's name.</summary>
    public string Name { get; }

    /// <summary>How guests run here.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The first call of a connection.</summary>
    /// <exception cref="VirtException">NotSupported: the client is too old.</exception>
    public Task<HelloReply> HelloAsync(Hello request, Call call)
    {
        if (request.ProtocolVersion < ProtocolVersion.Oldest)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "ClientTooOld",
                $"Cannot serve client '{request.ClientName}': it speaks protocol {request.ProtocolVersion}; {ProtocolVersion.Oldest} to {ProtocolVersion.Newest} are required.",
                request.ClientName,
                $"Install the Virt module {Version}.");
        }

        return Task.FromResult(new HelloReply
        {
            ProtocolVersion = Math.Min(request.ProtocolVersion, ProtocolVersion.Newest),
            AgentVersion = Version,
            HostName = Name,
        });
    }

    /// <summary>Nothing, there and back.</summary>
    public Task<Nothing> PingAsync(Nothing request, Call call) => Task.FromResult(request);

    /// <summary>Facts about the host.</summary>
    public async Task<VirtHost> GetAsync(GetVirtHost request, Call call) => new()
    {
        Name = Name,
        AgentVersion = Version,
        ProtocolVersion = ProtocolVersion.Newest,
        OperatingSystem = facts.OperatingSystem,
        KernelVersion = facts.KernelVersion,
        Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64",
        ProcessorCount = Environment.ProcessorCount,
        MemoryBytes = facts.MemoryBytes,
        MemoryAvailableBytes = facts.MemoryAvailableBytes,
        Accelerator = Accelerator.Name,
        QemuVersion = await qemu.ReadAsync(call.Cancellation).ConfigureAwait(false),
        CgroupVersion = facts.CgroupVersion,
        StateFolder = paths.State,
        StateFreeBytes = new DriveInfo(paths.State).AvailableFreeSpace,
        VMCount = resources.Count("vm"),
        VMRunningCount = resources.Count("vm", "Running"),
        ContainerCount = resources.Count("container"),
        ContainerRunningCount = resources.Count("container", "Running"),
        AgentStartTime = started,
        Uptime = facts.Uptime,
    };

    /// <summary>What the host can and what it lacks.</summary>
    public async Task<HostCheckList> TestAsync(TestVirtHost request, Call call) => new()
    {
        Items = await checks.RunAsync(call.Cancellation).ConfigureAwait(false),
    };
}
