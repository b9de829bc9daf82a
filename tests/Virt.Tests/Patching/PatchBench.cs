using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Agent.Operations;
using Virt.Agent.Patching;
using Virt.Agent.State;
using Virt.Protocol;
using Virt.Tests.Rpc;

namespace Virt.Tests.Patching;

/// <summary>A patch service over fake workloads and a real database, which can be left and opened again as a restarted agent does.</summary>
internal sealed class PatchBench : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("virt-patching-").FullName;
    private readonly TimeProvider time;

    public PatchBench(params FakeTarget[] targets)
        : this(TimeProvider.System, targets)
    {
    }

    public PatchBench(TimeProvider time, params FakeTarget[] targets)
    {
        this.time = time;
        Workloads = new FakeWorkloads(targets);
        Open();
    }

    public FakeWorkloads Workloads { get; }

    public FakePackageManager Manager { get; } = new();

    public StateStore State { get; private set; } = null!;

    public OperationService Operations { get; private set; } = null!;

    public PatchService Service { get; private set; } = null!;

    public static PatchOptions Options => new() { Health = new HealthCheck { Timeout = TimeSpan.FromMilliseconds(200), Interval = TimeSpan.FromMilliseconds(5) } };

    public static InvokePatch Request(PatchOptions? options = null) => new() { Targets = new PatchTargets { VMNames = ["*"], ContainerNames = ["*"] }, Options = options ?? Options };

    public static Call Call(CancellationToken cancellation = default) => new(NoSink.Instance, "anna", whatIf: false, cancellation);

    public Task<PatchRun> RunAsync(PatchOptions? options = null, CancellationToken cancellation = default) => Deadline.Await(Service.InvokeAsync(Request(options), Call(cancellation)), "the run's end");

    /// <summary>Starts a run as an operation, as the agent does.</summary>
    public Operation Start(PatchOptions? options = null) => Operations.Start(Methods.InvokePatch, "anna", call => Service.InvokeAsync(Request(options), call));

    public PatchRun Last() => PatchStore.Show(State.Patches.LoadRuns()[0], State.Patches.LoadTargets(State.Patches.LoadRuns()[0].Id).Select(PatchStore.JournalOf));

    /// <summary>Another agent takes over what the one before it has left in the database.</summary>
    public async Task<PatchRun> RestartAsync()
    {
        await Service.DisposeAsync();
        State.Dispose();
        Open();
        await Service.RecoverAsync();
        var id = State.Patches.LoadRuns()[0].Id;
        var result = await Deadline.Await(Operations.WaitAsync(new WaitVirtOperation { Id = id }, Call()), "the end of the resumed run");
        return PatchRun.WireFormat.Decode(result.Result ?? throw new InvalidOperationException(result.Error?.Message));
    }

    public void Dispose()
    {
        State.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void Open()
    {
        State = new StateStore(Path.Combine(folder, "virt.db"));
        Operations = new OperationService(State.Operations, time);
        Service = new PatchService(State.Patches, Operations, Workloads, [Manager], "host", time);
    }
}
