using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Virt.Protocol;
using Virt.Protocol.Client;
using Virt.Protocol.Wire;

namespace Virt.Benchmarks;

/// <summary>
/// A container's start where control groups are of version 2 alone: in a guest with systemd, by the agent inside it, beside crun in the same guest. An emulated guest is slower in all; what counts is the one beside the other.
/// </summary>
internal static class UnifiedBenchmark
{
    private const string Vm = "unified";
    private const string Folder = "/srv/bench";
    private const string Container = "one";

    public static IEnumerable<Row> Run(Setting setting)
    {
        var crun = Benchmarks.Run.Find("crun");
        using var agent = new Agent(setting, null, "--images", Path.Combine(setting.Root, "out/test-images"));
        agent.Client.Invoke(Methods.NewVM, new NewVM { Name = Vm, Image = "debian", Generation = 1, MemoryStartupBytes = 768L << 20, ProcessorCount = 2, SwitchName = "none", WithAgent = true });
        agent.Client.Invoke(Methods.StartVM, new StartVM { Name = Vm });
        agent.Client.Invoke(Methods.WaitVM, new WaitVM { Name = Vm, For = WaitCondition.GuestAgent, Timeout = TimeSpan.FromMinutes(5) });
        using var inside = VirtClient.Connect(VirtEndpoint.Parse($"{agent.Endpoint.Text}/vm:{Vm}"), "virt-bench");
        Bring(setting, agent, crun);
        var kinds = Guest(agent, "stat -f -c %T /sys/fs/cgroup").Trim();
        if (kinds != "cgroup2fs")
        {
            throw new InvalidOperationException($"The guest's control groups are {kinds}.");
        }

        var cases = new List<Case> { new("Virt", () => OfAgent(agent, inside)) };
        if (crun is not null)
        {
            cases.Add(new Case("crun mapped", () => OfCrun(agent, "bundle-mapped")));
            cases.Add(new Case("crun", () => OfCrun(agent, "bundle")));
        }

        Case.Interleave(setting.Rounds(30), cases);
        Samples? Of(string name) => cases.FirstOrDefault(one => one.Name == name)?.Samples;
        const string First = "Container in an emulated guest, control groups of version 2: from the request to its first instruction";
        var peer = crun is null ? "crun is not installed" : "`crun run` there";
        yield return new Row(First, "ms", cases[0].Samples, peer + ", user namespace", Of("crun mapped"), "4× sooner than crun");
        yield return new Row(First, "ms", cases[0].Samples, peer + ", the host's ids", Of("crun"), "4× sooner than crun");
    }

    // The image, crun with its libraries and bundles, and what the agent is to be told, as bytes.
    private static void Bring(Setting setting, Agent agent, string? crun)
    {
        var files = Directory.CreateDirectory(Path.Combine(setting.Work, "unified")).FullName;
        var bench = Directory.CreateDirectory(files + Folder).FullName;
        File.Copy(setting.Asked, Path.Combine(bench, "asked"));
        Write(Path.Combine(bench, "hello"), buffer => MessageCodec.WriteRequest(buffer, 1, Methods.Hello.Name, Methods.Hello.Request, new Hello { ProtocolVersion = ProtocolVersion.Newest, ClientName = "virt-bench" }));
        var start = new StartContainer { Create = new NewContainer { Name = Container, Image = "bench", Command = ["/bin/first"], MemoryBytes = 64 << 20, ProcessCount = 32 } };
        Write(Path.Combine(bench, "start"), buffer => MessageCodec.WriteRequest(buffer, 2, Methods.StartContainer.Name, Methods.StartContainer.Request, start));
        var images = Directory.CreateDirectory(files + "/usr/share/virt/images/containers").FullName;
        Benchmarks.Run.Output("/bin/cp", "-a", Path.Combine(setting.BenchImages, "containers/bench"), images);
        if (crun is not null)
        {
            ContainerBenchmark.MakeBundle(bench, crun, "bundle", Folder + "/rootfs", isMapped: false);
            ContainerBenchmark.MakeBundle(bench, crun, "bundle-mapped", Folder + "/rootfs", isMapped: true);
            Benchmarks.Run.Output("/bin/cp", "-a", setting.Rootfs, Path.Combine(bench, "rootfs"));
            var lib = Directory.CreateDirectory(Path.Combine(bench, "lib")).FullName;
            File.Copy(crun, Path.Combine(bench, "crun"));
            foreach (var library in Benchmarks.Run.Output("ldd", crun).Split('\n').Select(static line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(static words => words is [_, "=>", _, ..]))
            {
                File.Copy(library[2], Path.Combine(lib, library[0]));
            }
        }

        var archive = files + ".tar";
        Benchmarks.Run.Output("/bin/tar", "-C", files, "-cf", archive, ".");
        using (var input = File.OpenRead(archive))
        {
            agent.Client.Invoke(Methods.CopyVMFile, new CopyVMFile { Name = Vm, IsInto = true, Path = "/root/bench.tar", FileName = "bench.tar", SizeBytes = input.Length, AnswerTimeout = TimeSpan.FromSeconds(30) }, stdin: input);
        }

        Guest(agent, "tar -xf /root/bench.tar -C / && rm /root/bench.tar");
    }

    private static void Write(string path, Action<ByteBuffer> write)
    {
        var buffer = new ByteBuffer();
        write(buffer);
        File.WriteAllBytes(path, buffer.Written.ToArray());
    }

    private static double OfAgent(Agent agent, VirtClient inside)
    {
        var asked = Guest(agent, $"{Folder}/asked -- /run/virt/agent.sock {Folder}/hello {Folder}/start");
        inside.Invoke(Methods.WaitContainer, new WaitContainer { Name = Container, For = WaitCondition.Stopped });
        var log = new Lines();
        inside.Invoke(Methods.GetContainerLog, new GetContainerLog { Name = Container }, observer: log);
        inside.Invoke(Methods.RemoveContainer, new RemoveContainer { Name = Container });
        return Between(asked, log.Last);
    }

    private static double OfCrun(Agent agent, string bundle)
    {
        var lines = Guest(agent, $"export LD_LIBRARY_PATH={Folder}/lib; exec {Folder}/asked {Folder}/crun run -b {Folder}/{bundle} one").Split('\n');
        return Between(lines[0], lines[1]);
    }

    private static double Between(string from, string to) => (long.Parse(to.Trim(), CultureInfo.InvariantCulture) - long.Parse(from.Trim(), CultureInfo.InvariantCulture)) / 1e6;

    private static string Guest(Agent agent, string line)
    {
        var output = new Lines();
        var exit = agent.Client.Invoke(Methods.InvokeVMCommand, new InvokeVMCommand { Name = Vm, Command = ["sh", "-c", line] }, observer: output);
        return exit.ExitCode == 0 ? output.Text.ToString() : throw new InvalidOperationException($"'{line}' ended with {exit.ExitCode} in the guest: {output.Text}");
    }
}
