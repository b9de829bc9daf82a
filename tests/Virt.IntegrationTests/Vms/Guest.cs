using System;
using System.Text;
using Virt.IntegrationTests.Fixtures;
using Virt.Protocol;
using Virt.Protocol.Client;
using Xunit;

namespace Virt.IntegrationTests.Vms;

/// <summary>What the tests say to a host's machines, in one line each.</summary>
internal static class Guest
{
    public const long Memory = 192L << 20;

    /// <summary>Writes for ever, each file with its checksum, and ends between two files when it is told to.</summary>
    public const string Writer = "(i=0; while [ ! -e /data/stop ]; do i=$(((i+1)%8)); dd if=/dev/urandom of=/data/f$i bs=64k count=16 2>/dev/null; (cd /data; md5sum f$i > s$i); done; touch /data/stopped) >/dev/null 2>&1 &";

    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(3);

    /// <summary>A machine of the starter image.</summary>
    public static VM New(this TestHost host, string name, int generation = 1) =>
        host.Invoke(Methods.NewVM, new NewVM { Name = name, Image = "starter", Generation = generation, MemoryStartupBytes = Memory, SwitchName = "user" });

    /// <summary>A machine with nothing to boot: its firmware comes up and waits, which is enough for its life.</summary>
    public static VM NewEmpty(this TestHost host, string name) =>
        host.Invoke(Methods.NewVM, new NewVM { Name = name, Generation = 1, MemoryStartupBytes = 32L << 20, NoVHD = true });

    public static VM Start(this TestHost host, string name) => host.Invoke(Methods.StartVM, new StartVM { Name = name });

    public static VM Boot(this TestHost host, string name)
    {
        host.Start(name);
        return host.Wait(name, WaitCondition.IPAddress);
    }

    public static VM Wait(this TestHost host, string name, WaitCondition condition, int port = 0) =>
        host.Invoke(Methods.WaitVM, new WaitVM { Name = name, For = condition, Port = port, Timeout = BootLimit });

    public static VM Stop(this TestHost host, string name, bool turnOff = false) =>
        host.Invoke(Methods.StopVM, new StopVM { Name = name, TurnOff = turnOff, Timeout = BootLimit });

    public static VM Get(this TestHost host, string name) => Assert.Single(host.Invoke(Methods.GetVM, new GetVM { Names = [name] }).Items);

    /// <summary>Runs a shell line in a guest and gives what it wrote, which must be with success.</summary>
    public static string Run(this TestHost host, string name, string line)
    {
        var output = new OutputRecorder();
        var exit = host.Invoke(Methods.InvokeVMCommand, new InvokeVMCommand { Name = name, Command = ["sh", "-c", line], Timeout = BootLimit }, output);
        Assert.True(exit.ExitCode == 0, $"'{line}' ended with {exit.ExitCode}: {output.Error}");
        return output.Output.Trim();
    }

    /// <summary>Ends the <see cref="Writer"/> and reads everything from the disk again.</summary>
    public static void CheckWritten(this TestHost host, string name) =>
        host.Run(name, "touch /data/stop; while [ ! -e /data/stopped ]; do sleep 0.05; done; sync; echo 3 > /proc/sys/vm/drop_caches; cd /data; cat s* | md5sum -c >/dev/null");

    /// <summary>Keeps what a command writes.</summary>
    public sealed class OutputRecorder : ICallObserver
    {
        private readonly StringBuilder output = new();
        private readonly StringBuilder error = new();

        public string Output => output.ToString();

        public string Error => error.ToString();

        public void OnProgress(ProgressInfo progress)
        {
        }

        public void OnOutput(byte[] bytes, bool isError) => (isError ? error : output).Append(Encoding.UTF8.GetString(bytes));

        public void OnItem(Protocol.Wire.Message message)
        {
        }
    }
}
