namespace Virt;

/// <summary>What a report is written as.</summary>
public enum ReportFormat
{
    /// <summary>Objects, one for each workload.</summary>
    Object = 0,

    /// <summary>One page that needs nothing else.</summary>
    Html = 1,

    /// <summary>One JSON text.</summary>
    Json = 2,
}
