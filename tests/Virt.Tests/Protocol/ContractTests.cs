using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using MessagePack;
using Virt.Protocol;
using Virt.Protocol.Wire;
using Xunit;

namespace Virt.Tests.Protocol;

public sealed class ContractTests
{
    private static readonly Gen<VM> Machines =
        from name in Gen.String
        from memory in Gen.Long
        from state in Gen.Enum<VMState>()
        from addresses in Gen.String.Array[0, 5]
        from process in Gen.Int.Nullable()
        from uptime in Gen.Long[-1_000_000_000_000, 1_000_000_000_000]
        from created in Gen.Long[0, 4_000_000_000]
        select new VM
        {
            Id = Guid.NewGuid(),
            Name = name,
            MemoryBytes = memory,
            State = state,
            IPAddresses = addresses,
            ProcessId = process,
            Uptime = TimeSpan.FromMicroseconds(uptime),
            CreationTime = DateTimeOffset.FromUnixTimeSeconds(created),
        };

    [Fact]
    public void A_record_comes_back_as_it_was_written()
    {
        Machines.Sample(machine =>
        {
            var back = Read(VM.WireFormat, Write(VM.WireFormat, machine));
            Assert.Equal(machine.IPAddresses, back.IPAddresses);

            // Records compare their lists by reference.
            Assert.Equal(machine with { IPAddresses = [], Ports = [], AllowFrom = [], After = [], PendingChanges = [] }, back with { IPAddresses = [], Ports = [], AllowFrom = [], After = [], PendingChanges = [] });
        });
    }

    [Fact]
    public void Nested_lists_maps_and_nulls_come_back()
    {
        var request = new StartContainer
        {
            Id = Guid.NewGuid(),
            Create = new NewContainer { Name = null, Image = "starter", Command = ["sh", "-c", "true"], Environment = new Dictionary<string, string> { ["A"] = "1" }, CpuCount = 0.5 },
        };
        var back = Read(StartContainer.WireFormat, Write(StartContainer.WireFormat, request));
        Assert.Equal(request.Create.Command, back.Create!.Command);
        Assert.Equal("1", back.Create.Environment["A"]);
        Assert.Null(back.Create.Name);
        Assert.Equal(0.5, back.Create.CpuCount);
        Assert.Null(back.Create.MemoryBytes);
    }

    [Fact]
    public void Keys_that_a_newer_side_added_are_skipped()
    {
        var bytes = Write(buffer =>
        {
            var writer = new MessagePackWriter(buffer);
            writer.WriteArrayHeader(5);
            writer.Write(7);
            writer.Write("newer/9");
            writer.WriteMapHeader(1);
            writer.Write("deep");
            writer.WriteArrayHeader(1);
            writer.Write(1.5);
            writer.WriteNil();
            writer.Write(new byte[3]);
            writer.Flush();
        });
        var hello = Read(Hello.WireFormat, bytes);
        Assert.Equal(7, hello.ProtocolVersion);
        Assert.Equal("newer/9", hello.ClientName);
    }

    [Fact]
    public void Keys_that_an_older_side_lacks_keep_their_defaults()
    {
        var bytes = Write(buffer =>
        {
            var writer = new MessagePackWriter(buffer);
            writer.WriteArrayHeader(2);
            writer.Write(Guid.Empty.ToString());
            writer.Write("web01");
            writer.Flush();
        });
        var stop = Read(StopVM.WireFormat, bytes);
        Assert.Equal("web01", stop.Name);
        Assert.Equal(TimeSpan.FromSeconds(60), stop.Timeout);
        Assert.False(stop.TurnOff);
    }

    [Theory]
    [InlineData("93 c0 a1 78 00", "StopVirtOperation.Id (key 0)")]
    [InlineData("91 a3 61 62 63", "StopVirtOperation.Id (key 0): an id is 36 characters")]
    [InlineData("91 01", "StopVirtOperation.Id (key 0)")]
    [InlineData("01", "StopVirtOperation.the array")]
    public void A_wrong_type_is_an_error_that_names_the_field(string hex, string expected)
    {
        var error = Assert.Throws<MessagePackSerializationException>(() => Read(StopVirtOperation.WireFormat, Convert.FromHexString(hex.Replace(" ", ""))));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Random_bytes_as_a_record_are_an_error_of_the_reader_and_nothing_else()
    {
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            try
            {
                MessageCodec.ReadParams(bytes, "vm.new", NewVM.WireFormat);
            }
            catch (VirtException e)
            {
                Assert.Equal(ErrorCode.InvalidArgument, e.Code);
                Assert.Equal("MalformedParams", e.Id);
            }
        });
    }

    [Fact]
    public void A_whole_message_of_random_shape_is_read_or_refused()
    {
        Gen.Byte.Array[1, 100].Sample(bytes =>
        {
            try
            {
                if (new MessageScanner().Feed(bytes, out var consumed))
                {
                    MessageCodec.Read(bytes.AsMemory(0, consumed));
                }
            }
            catch (WireException e)
            {
                Assert.NotEmpty(e.Message);
            }
        });
    }

    [Fact]
    public void A_count_larger_than_the_bytes_left_allocates_nothing_in_proportion()
    {
        // An array of a million names of which none follows.
        var bytes = Convert.FromHexString("9191dd000f4240");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<VirtException>(() => MessageCodec.ReadParams(bytes, "vm.get", GetVM.WireFormat));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static byte[] Write<T>(Format<T> format, T value) => Write(buffer =>
    {
        var writer = new MessagePackWriter(buffer);
        format.Write(ref writer, value);
        writer.Flush();
    });

    private static byte[] Write(Action<ByteBuffer> write)
    {
        var buffer = new ByteBuffer();
        write(buffer);
        return buffer.Written.ToArray();
    }

    private static T Read<T>(Format<T> format, byte[] bytes)
    {
        var reader = new MessagePackReader(bytes);
        return format.Read(ref reader);
    }
}
