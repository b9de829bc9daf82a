using System.Collections.Generic;
using System.Text;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.IntegrationTests.Containers;

/// <summary>Short words for what the container tests ask an agent for.</summary>
internal static class ContainerHost
{
    public const string Image = "starter";

    /// <summary>A request for a container of the starter image that runs a shell script.</summary>
    public static NewContainer Script(string script, string? name = null) => new() { Name = name, Image = Image, Command = ["/bin/sh", "-c", script] };

    public static Container Run(this TestHost host, NewContainer request) => host.Invoke(Methods.StartContainer, new StartContainer { Create = request });

    /// <summary>Runs a container to its end.</summary>
    public static Container RunToEnd(this TestHost host, NewContainer request) => host.WaitFor(host.Run(request), WaitCondition.Stopped);

    public static Container WaitFor(this TestHost host, Container container, WaitCondition condition) =>
        host.Invoke(Methods.WaitContainer, new WaitContainer { Id = container.Id, For = condition, Timeout = Poll.Limit });

    public static Container Get(this TestHost host, Container container) => host.Invoke(Methods.GetContainer, new GetContainer { Ids = [container.Id] }).Items[0];

    /// <summary>The lines that a container has written, standard error's with "! " before them.</summary>
    public static IReadOnlyList<string> Log(this TestHost host, Container container, int? tail = null, bool follow = false)
    {
        var observer = new Observer();
        host.Invoke(Methods.GetContainerLog, new GetContainerLog { Id = container.Id, Tail = tail, Follow = follow }, observer);
        return observer.Lines;
    }

    /// <summary>Runs a script in a container: its exit and its output.</summary>
    public static (CommandExit Exit, string Output, string Error) Exec(this TestHost host, Container container, string script, InvokeContainerCommand? more = null)
    {
        var observer = new Observer();
        var exit = host.Invoke(Methods.InvokeContainerCommand, (more ?? new InvokeContainerCommand()) with { Id = container.Id, Command = ["/bin/sh", "-c", script] }, observer);
        return (exit, observer.Output.ToString(), observer.Error.ToString());
    }

    internal sealed class Observer : ICallObserver
    {
        public List<string> Lines { get; } = [];

        public StringBuilder Output { get; } = new();

        public StringBuilder Error { get; } = new();

        public List<ProgressInfo> Progress { get; } = [];

        public void OnProgress(ProgressInfo progress) => Progress.Add(progress);

        public void OnOutput(byte[] bytes, bool isError) => (isError ? Error : Output).Append(Encoding.UTF8.GetString(bytes));

        public void OnItem(Message message)
        {
            var entry = MessageCodec.ReadValue(message, ContainerLogEntry.WireFormat.Read);
            Lines.Add((entry.Stream == LogStream.Stderr ? "! " : "") + entry.Line);
        }
    }
}
