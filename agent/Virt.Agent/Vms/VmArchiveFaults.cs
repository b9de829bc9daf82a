using System.Collections.Generic;

namespace Virt.Agent.Vms;

/// <summary>The places between two steps of a machine's way into an archive and out of it at which a test can end the agent (see <c>FaultPoint</c>).</summary>
public static class VmArchiveFaults
{
    internal const string ExportWritten = "vm.export.written";
    internal const string ExportBased = "vm.export.based";
    internal const string ExportFlattened = "vm.export.flattened";
    internal const string ExportFilled = "vm.export.filled";
    internal const string ExportNamed = "vm.export.named";

    internal const string ImportWritten = "vm.import.written";
    internal const string ImportCopied = "vm.import.copied";
    internal const string ImportApplied = "vm.import.applied";
    internal const string ImportFilled = "vm.import.filled";
    internal const string ImportMade = "vm.import.made";

    /// <summary>While one is written.</summary>
    public static IReadOnlyList<string> Export { get; } = [ExportWritten, ExportBased, ExportFlattened, ExportFilled, ExportNamed];

    /// <summary>While a machine is made of several, beside <see cref="Import"/>.</summary>
    public static IReadOnlyList<string> ImportDifference { get; } = [ImportApplied, ImportCopied + "*2"];

    /// <summary>While a machine is made of one.</summary>
    public static IReadOnlyList<string> Import { get; } = [ImportWritten, ImportCopied, ImportFilled, ImportMade];
}
