using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Containers;
using Virt.Agent.Containers.Machine;
using Virt.Agent.Events;
using Virt.Agent.Fleet;
using Virt.Agent.Hosts;
using Virt.Agent.Images;
using Virt.Agent.Images.Build;
using Virt.Agent.Images.Store;
using Virt.Agent.Images.VmImages;
using Virt.Agent.Images.VmImages.Make;
using Virt.Agent.Networks;
using Virt.Agent.Operations;
using Virt.Agent.Patching;
using Virt.Agent.Patching.Apt;
using Virt.Agent.Patching.Targets;
using Virt.Agent.Registries;
using Virt.Agent.Registries.VmImages;
using Virt.Agent.Rpc;
using Virt.Agent.State;
using Virt.Agent.Storage;
using Virt.Agent.Storage.Vhds;
using Virt.Agent.Storage.Volumes;
using Virt.Agent.Vms;
using Virt.Linux.Cgroups;
using Virt.Linux.Mounts;
using Virt.Linux.Processes;
using Virt.Linux.Sockets;
using Virt.Protocol;
using Virt.Protocol.Client;

namespace Virt.Agent;

/// <summary>The composition root: the services are built by hand, in their order.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        Signals.ResetChildEnded();
        switch (arguments.FirstOrDefault())
        {
            case "serve" or "bridge" or "stop-all":
                break;
            case "--version":
                Console.WriteLine(HostService.Version);
                return 0;
            case "--help" or "-h":
                Console.WriteLine(AgentOptions.Usage);
                return 0;
            default:
                Console.Error.WriteLine(AgentOptions.Usage);
                return 2;
        }

        try
        {
            switch (arguments[0])
            {
                case "bridge":
                    await Bridge.RunAsync(EndpointOf(arguments)).ConfigureAwait(false);
                    break;
                case "stop-all":
                    StopAll.Run(EndpointOf(arguments));
                    break;
                default:
                    await ServeAsync(AgentOptions.Parse(arguments[1..])).ConfigureAwait(false);
                    break;
            }

            return 0;
        }
        catch (VirtException e)
        {
            Console.Error.WriteLine(e.RecommendedAction is null ? e.Message : $"{e.Message} {e.RecommendedAction}");
            return 1;
        }
    }

    private static VirtEndpoint EndpointOf(string[] arguments) => VirtEndpoint.Parse(arguments.ElementAtOrDefault(1) ?? VirtEndpoint.Default);

    private static async Task ServeAsync(AgentOptions options)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stopped));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stopped));

        var time = TimeProvider.System;
        var paths = new AgentPaths(options.State, options.Run, options.Images);
        var events = new EventHub(time);
        DetachedMount.UsePlacesIn(paths.Places);
        using var state = new StateStore(paths.Database);
        var operations = new OperationService(state.Operations, time, events);
        using var keeper = new Keeper(paths.KeeperSocket, Environment.ProcessPath!);
        var tools = new KeptToolRunner(keeper);
        var architecture = RuntimeInformation.OSArchitecture;
        var accelerator = Accelerator.Detect("/", architecture);
        var facts = new HostFacts("/");
        var self = HostId.Load(Path.Combine(paths.State, "host-id"), options.Name);
        var qemu = new QemuVersion(tools);
        var labels = SELinuxLabels.Find("/", Environment.ProcessPath!);
        var hosts = new HostService(paths, state.Resources, facts, accelerator, qemu, labels, options.Name, time);
        var images = new ImageCatalog(paths.Images);
        await using var imageStore = new ImageStore(Path.Combine(paths.State, "images"), state.Images, options.UnpackLimit, facts.BootId, time, events);
        var rooms = new BuildRooms(Path.Combine(paths.State, "images", "making"), keeper);
        var unfinished = new UnfinishedFiles(paths.Exports);
        var imageService = new ImageService(images, imageStore, rooms, time, unfinished);
        var ownVmImages = new VmImageStore(Path.Combine(paths.State, "images", "vms"), images);
        var vmImages = new VmImageService(images, ownVmImages);
        var disks = new QemuImg(tools, "qemu-img");
        await using var networks = new NetworkService(state.Resources, time, events);
        var cgroups = new CgroupTree();
        await using var vms = new VmService(paths, state.Resources, keeper, cgroups, images, disks, facts, () => new QemuHost(architecture, accelerator.Name, Firmware.Find("/", architecture), VmNetwork.HasVhost(accelerator.Name)), networks, self, time, events)
        {
            FindMove = name => state.Operations.FindLast(Methods.MoveVM.Name, name) is { Result: { } result } row ? (VMMove.WireFormat.Decode(result).DestinationHost, row.Operation.EndTime ?? row.Operation.StartTime) : null,
        };
        var vhds = new VhdService(paths, state.Resources, keeper, vms, self, time);
        var volumes = new VolumeService(paths, state.Resources, tools, unfinished, time, events);
        var bases = new ContainerBases(images, imageStore);
        await using var containers = new ContainerService(paths, state.Resources, keeper, cgroups, bases.Find, networks, volumes, time, events, imageStore, new MachineHost(architecture, accelerator.Name, paths.Images), labels);
        ownVmImages.Watch(vms.UsersOf);
        var distributions = new DistributionImage(ownVmImages, rooms, facts.Architecture, time);
        vmImages.Watch((request, call) => vms.NewImageAsync(request, ownVmImages, call), (request, call) => vms.InstallImageAsync(request, ownVmImages, call), distributions.MakeAsync);
        vmImages.WatchWarm(vms.WarmStatesOf, vms.RemoveWarmStatesAsync);
        imageService.Watch(containers.NamesOf, containers.UsedImageLayers, containers.CommitAsync);

        // Their connections are not closed: what it is saving when the agent ends, the next one goes on with.
        var http = new RegistryHttp(options.Registries, time);
        var vmImageSaves = new VmImageSaves(http, ownVmImages, vmImages, disks, Path.Combine(paths.State, "images", "partial"), facts.Architecture, time);
        var registries = new RegistryService(http, imageStore, state.Resources, imageService.Show, () => [.. containers.ImageUses().Select(static use => new ImageUse(use.Container, use.Image, use.Digest))], bases.IsFolder, imageService.RepackedAsync, imageService.PackedAsync);

        // Loading OpenSSL costs milliseconds that an agent without peers need not spend.
        var identity = new Lazy<PeerIdentity>(() => PeerIdentity.Load(Path.Combine(paths.State, "identity.pem")));
        var peers = new PeerService(state.Peers, identity, options.Name, options.PeerListen?.ToString() ?? "", time);
        await using var moves = new MoveService(vms, peers, operations, images, qemu, time);

        unfinished.Recover();
        await volumes.RecoverAsync().ConfigureAwait(false);
        await networks.RecoverAsync().ConfigureAwait(false);
        await Task.WhenAll(vms.RecoverAsync(), containers.RecoverAsync()).ConfigureAwait(false);
        await vhds.RecoverAsync().ConfigureAwait(false);
        networks.Settle();
        registries.Keep();
        await rooms.RecoverAsync().ConfigureAwait(false);
        imageService.Sweep();
        await vms.EndSealsAsync([.. ownVmImages.Unfinished, .. vms.UnfinishedWarmStates]).ConfigureAwait(false);
        ownVmImages.Recover();
        await vms.RecoverWarmStatesAsync().ConfigureAwait(false);
        await moves.RecoverAsync().ConfigureAwait(false);
        await using var patches = new PatchService(state.Patches, operations, new Workloads(vms, containers, time), [new AptPackageManager()], options.Name, time, events);
        moves.IsPatched = patches.IsPatched;
        await patches.RecoverAsync().ConfigureAwait(false);
        registries.Recover(operations);
        operations.EndInterrupted();
        await using var schedules = new ScheduleService(state.PatchSchedules, operations, (request, user) => operations.Start(Methods.InvokePatch, user, call => patches.InvokeAsync(request, call)), time);

        var routes = Routes.Map(hosts, operations, new EventService(events, options.Name, time), imageService, vmImages, vmImageSaves, registries, networks, volumes, vms, vhds, containers, patches, schedules, peers, moves);
        await using var listener = new Listener(routes);
        await using var guestPort = new GuestPort(routes, options.GuestPort);
        await using var peerListener = new PeerListener(identity, peers, moves, operations, hosts.HelloAsync);
        Listen(listener, options);
        guestPort.Listen();
        if (options.PeerListen is { } address)
        {
            peerListener.Listen(address);
        }

        await schedules.StartAsync().ConfigureAwait(false);
        vms.StartWanted();
        vms.WatchExpiry();
        vms.WatchCheckpointPlans();
        containers.StartWanted();
        events.Publish(VirtEventKind.Host, VirtEventAction.Started, options.Name, Guid.Empty, $"virt-agent {HostService.Version} is ready.");
        AgentLog.Info($"virt-agent {HostService.Version} is ready after {(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds:0} ms");
        using var ending = new CancellationTokenSource();
        var resting = MemoryRest.KeepAsync(time, ending.Token);
        await stopped.Task.ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await resting.ConfigureAwait(false);
        AgentLog.Info("virt-agent stops; VMs and containers go on");
    }

    private static void Listen(Listener listener, AgentOptions options)
    {
        var inherited = ActivationSockets.Take();
        foreach (var socket in inherited)
        {
            listener.Listen(socket);
        }

        if (options.Listen.Count == 0 && inherited.Count == 0)
        {
            options.Listen.Add(VirtEndpoint.Parse(VirtEndpoint.Default));
        }

        foreach (var endpoint in options.Listen)
        {
            listener.Listen(endpoint, options.Group);
        }
    }

    private static void Stop(PosixSignalContext signal, TaskCompletionSource stopped)
    {
        signal.Cancel = true;
        stopped.TrySetResult();
    }
}
