using System;
using System.Management.Automation;
using Virt.Protocol;

namespace Virt.Commands;

/// <summary>Makes a container.</summary>
/// <remarks>The container is made and not started; Start-Container -Image does both at once. Every parameter binds by property name.</remarks>
/// <example>
/// <code>New-Container worker -Image starter -Command sleep, 600 -MemoryBytes 64MB -CpuCount 0.5</code>
/// <para>Makes a container with limits for memory and CPU.</para>
/// </example>
/// <example>
/// <code>New-Container north, south -Image starter -Command sleep, 600</code>
/// <para>Makes two containers that are alike.</para>
/// </example>
/// <example>
/// <code>New-Container site -Image starter -Volume /srv:/data:ro -Network host -- httpd -f -p 8080 -h /data</code>
/// <para>Makes a web server on the host's port 8080 that shows the host's folder /srv, and cannot write it.</para>
/// </example>
/// <example>
/// <code>New-Container shop -Image starter -Network lan -Publish 8080:80 -AllowFrom 10.0.0.0/8 -- httpd -f -p 80</code>
/// <para>Makes a web server in the network lan, whose members know it as shop. From 10.0.0.0/8 it is reached at the host's port 8080.</para>
/// </example>
/// <example>
/// <code>
/// New-VirtNetwork backend -Mode Isolated
/// New-Container front -Image starter -Network lan, backend -Publish 8081:80 -- httpd -f -p 80
/// </code>
/// <para>Makes one that is in the network of its database too, from which nothing leads out.</para>
/// </example>
/// <example>
/// <code>'Name,Image,Environment', 'blue,starter,COLOR=blue', 'green,starter,COLOR=green' | ConvertFrom-Csv | New-Container</code>
/// <para>Makes one container for each row. Import-Csv does the same with a file.</para>
/// </example>
[Cmdlet(VerbsCommon.New, "Container", DefaultParameterSetName = ParameterSets.Image, SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class NewContainerCommand : ContainerSpecCommand
{
    /// <summary>The names of the new containers: 1 to 64 letters, digits, dots, dashes and underscores, unique on the host. Without it one is made up.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ParameterSets.Image)]
    [Names]
    public string[] Name { get; set; } = [];

    private protected override string[] TargetNames => [];

    private protected override Container[] TargetObjects => [];

    private protected override Guid[] TargetIds => [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // An empty cell of a CSV file says nothing.
        var given = Array.FindAll(Name, static name => !string.IsNullOrEmpty(name));
        var names = given.Length > 0 ? Array.ConvertAll(given, static name => (string?)name) : [null];
        ForEachHost(HostNames, host => Array.ForEach(names, name => Guard(name ?? Image, () =>
            Change(host, new Target(Guid.Empty, name ?? Image, name ?? Image), Methods.NewContainer, Spec(name), follow: (calls, container) => WarnOfMissing(calls, container, After)))));
    }
}
