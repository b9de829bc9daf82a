using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Microsoft.Win32.SafeHandles;
using Virt.Linux;
using Virt.Linux.Mounts;
using Virt.Linux.Namespaces;
using Virt.Linux.Processes;
using Virt.Linux.Seccomp;
using Xunit;

namespace Virt.Tests.Linux;

/// <summary>What the keeper is told, read back by the rules of Native/launch.h and Native/blob.c.</summary>
public sealed class LaunchBlobTests
{
    [Fact]
    public void Everything_that_is_said_is_found_again()
    {
        using var handle = new SafeFileHandle(0, ownsHandle: false);
        var spec = new LaunchSpec
        {
            Arguments = ["/bin/sh", "-c", "ü€ \"quoted\""],
            Programs = ["/a/sh", "/b/sh"],
            Environment = new Dictionary<string, string> { ["A"] = "1", ["EMPTY"] = "" },
            WorkingDirectory = "/srv",
            HostName = "box",
            Namespaces = NamespaceKinds.Uts | NamespaceKinds.Mount,
            UserId = 5,
            GroupId = uint.MaxValue - 1,
            Groups = [7, 8],
            Capabilities = 0xa80425fb,
            Filter = SeccompFilter.Compile(SeccompProfile.Default, Architecture.X64),
            Limits = [new ResourceLimit(7, 10, 20)],
            Descriptors = [handle, handle],
            Input = handle,
            LogPath = "/log",
            OutOfMemoryScore = -5,
            RootSteps = [RootStep.Mount("/dev", "tmpfs", MountAttributes.NoSuid, "mode=755", "flag"), RootStep.Attach("/data", handle), RootStep.File("/etc/x", "text", 0x1A4)],
        };
        var blob = new Reader(LaunchBlob.Encode(spec));
        Assert.Equal(spec.Id, new Guid(blob.Bytes.AsSpan(8, 16)));
        Assert.Equal(spec.Arguments, blob.Strings(112));
        Assert.Equal(spec.Programs, blob.Strings(104));
        Assert.Equal(["A=1", "EMPTY="], blob.Strings(120));
        Assert.Equal(["box", "/srv", "/log", null], blob.StringsAt(88, 92, 96, 100));
        Assert.Equal([1 | 4 | 8, 5, -2, -5], blob.Ints(48, 52, 56, 60));
        Assert.Equal([-1, -1, -1, 0, -1, -1], blob.Ints(64, 68, 72, 76, 80, 84));
        Assert.Equal([7, 8], blob.Array(152, 4).Select(blob.Int));
        Assert.Equal(spec.Filter!.Instructions.Length, blob.Array(144, 8).Count);
        Assert.Equal((7UL, 10UL, 20UL), (blob.Long(blob.Array(136, 24)[0]), blob.Long(blob.Array(136, 24)[0] + 8), blob.Long(blob.Array(136, 24)[0] + 16)));

        var steps = blob.Array(128, 48);
        Assert.Equal([1, 5, 10], steps.Select(blob.Int));
        Assert.Equal(["/dev", "/data", "/etc/x"], steps.Select(at => blob.String(at + 28)));
        Assert.Equal("tmpfs", blob.String(steps[0] + 36));
        Assert.Equal("mode\0755\0flag\0\0\0", Encoding.UTF8.GetString(blob.Bytes, blob.Int(steps[0] + 40), 16));
        Assert.Equal(-1, blob.Int(steps[0] + 24));
        Assert.True(blob.Int(steps[1] + 24) >= 0);
    }

    [Fact]
    public void Whatever_the_strings_are_every_offset_lies_inside_and_every_string_ends()
    {
        Gen.String.Where(s => !s.Contains('\0')).List[1, 40].Sample(texts =>
        {
            var blob = new Reader(LaunchBlob.Encode(new LaunchSpec { Arguments = texts, RootSteps = [.. texts.Select(t => RootStep.Link("/" + t, t))] }));
            Assert.Equal(texts.Select(Normal), blob.Strings(112));
            Assert.Equal(texts.Select(Normal), blob.Array(128, 48).Select(at => blob.String(at + 32)));
        });
    }

    [Fact]
    public void An_init_is_told_the_command_behind_its_own_name()
    {
        using var handle = new SafeFileHandle(0, ownsHandle: false);
        var blob = new Reader(LaunchBlob.Encode(new LaunchSpec { Arguments = ["sleep", "1"], Init = true }));
        Assert.Equal((1 | 32, "virt-init -- sleep 1"), (blob.Int(48), string.Join(' ', blob.Strings(112))));
        blob = new Reader(LaunchBlob.Encode(new LaunchSpec { Arguments = ["sh"], Init = true, HasTerminal = true, Input = handle }));
        Assert.Equal((1 | 16 | 32, "virt-init -t sh"), (blob.Int(48), string.Join(' ', blob.Strings(112))));
        blob = new Reader(LaunchBlob.Encode(new LaunchSpec { Arguments = [], InitRole = "enter", Descriptors = [handle] }));
        Assert.Equal((1 | 32 | 256, "virt-init enter"), (blob.Int(48), string.Join(' ', blob.Strings(112))));
    }

    [Fact]
    public void One_with_a_label_is_of_a_version_that_a_keeper_without_labels_refuses()
    {
        var blob = new Reader(LaunchBlob.Encode(new LaunchSpec { Arguments = ["sh"], InitLabel = "u:r:file_t:s0" }));
        Assert.Equal((2, null, null), (blob.Int(4), blob.String(192), blob.String(196)));
        blob = new Reader(LaunchBlob.Encode(new LaunchSpec { Arguments = ["sh"], Label = "u:r:box_t:s0:c1,c2", InitLabel = "u:r:file_t:s0" }));
        Assert.Equal((3, "u:r:box_t:s0:c1,c2", "u:r:file_t:s0"), (blob.Int(4), blob.String(192), blob.String(196)));
    }

    [Fact]
    public void A_zero_byte_in_a_string_is_refused() => Assert.Throws<ArgumentException>(() => LaunchBlob.Encode(new LaunchSpec { Arguments = ["a\0b"] }));

    [Fact]
    public void What_is_too_long_for_a_packet_is_refused()
    {
        Assert.Equal(Errno.E2BIG, Assert.Throws<LinuxException>(() => LaunchBlob.Encode(new LaunchSpec { Arguments = [new string('x', 200_000)] })).Errno);
        using var handle = new SafeFileHandle(0, ownsHandle: false);
        Assert.Equal(Errno.E2BIG, Assert.Throws<LinuxException>(() => LaunchBlob.Encode(new LaunchSpec { Arguments = ["x"], Descriptors = [.. Enumerable.Repeat(handle, 63)] })).Errno);
    }

    [Fact]
    public void The_sizes_are_those_that_the_compiler_asserts_for_the_shim()
    {
        var header = File.ReadAllText(RepositoryRoot.File("agent", "Virt.Linux", "Native", "launch.h"));
        Assert.Contains($"sizeof(struct blob_header) == {LaunchBlob.HeaderSize},", header);
        Assert.Contains($"sizeof(struct blob_op) == {LaunchBlob.OperationSize},", header);
        Assert.Contains($"sizeof(struct blob_limit) == {LaunchBlob.LimitSize},", header);
        var messages = File.ReadAllText(RepositoryRoot.File("agent", "Virt.Linux", "Native", "keeper.h"));
        Assert.Contains($"sizeof(struct reply) == {Marshal.SizeOf<KeeperMessages.ReplyMessage>()},", messages);
        Assert.Contains($"sizeof(struct child_message) == {Marshal.SizeOf<KeeperMessages.ChildMessage>()},", messages);
    }

    // UTF-8 cannot hold half a surrogate pair.
    private static string Normal(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private sealed class Reader(LaunchBlob blob)
    {
        public byte[] Bytes { get; } = blob.Bytes.ToArray();

        public int Int(int at) => BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(at));

        public ulong Long(int at) => BinaryPrimitives.ReadUInt64LittleEndian(Bytes.AsSpan(at));

        public string? String(int at)
        {
            var start = Int(at);
            if (start == 0)
            {
                return null;
            }

            Assert.InRange(start, LaunchBlob.HeaderSize, Bytes.Length - 1);
            var length = Bytes.AsSpan(start).IndexOf((byte)0);
            Assert.True(length >= 0);
            return Encoding.UTF8.GetString(Bytes, start, length);
        }

        public List<int> Array(int at, int size)
        {
            Assert.Equal(Bytes.Length, Int(0));
            Assert.Equal(0, Bytes[^1]);
            var (offset, count) = (Int(at), Int(at + 4));
            Assert.Equal(0, offset % 8);
            Assert.InRange(offset + (count * size), 0, Bytes.Length);
            return [.. Enumerable.Range(0, count).Select(i => offset + (i * size))];
        }

        public IEnumerable<int> Ints(params int[] places) => places.Select(Int);

        public IEnumerable<string?> StringsAt(params int[] places) => places.Select(String);

        public IEnumerable<string?> Strings(int at) => Array(at, 4).Select(String);
    }
}
