using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using Virt.Linux.Namespaces;

namespace Virt.Linux.Processes;

/// <summary>A <see cref="LaunchSpec"/> as the keeper reads it: the layout of Native/launch.h, and the handles that go with it.</summary>
internal sealed class LaunchBlob
{
    internal const int HeaderSize = 200, OperationSize = 48, LimitSize = 24, MaximumSize = 128 * 1024, MaximumHandles = 64;
    private const int Version = 2, VersionOfLabel = 3, NoNewPrivs = 1, LoopbackUp = 2, LogOutput = 4, LogError = 8, Terminal = 16, Init = 32, LogTerminal = 64, ReadyNetwork = 128, Role = 256;
    private const string InitName = "virt-init";
    private readonly List<SafeHandle> handles = [];
    private byte[] buffer = new byte[8 * 1024];
    private int size = HeaderSize;

    private LaunchBlob()
    {
    }

    internal ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, size);

    internal IReadOnlyList<SafeHandle> Handles => handles;

    /// <exception cref="LinuxException">E2BIG: more than 128 KiB, or more than 62 handles.</exception>
    internal static LaunchBlob Encode(LaunchSpec spec)
    {
        ArgumentOutOfRangeException.ThrowIfZero(spec.InitRole is null ? spec.Arguments.Count : 1);
        var blob = new LaunchBlob();
        blob.Write(spec);
        // Two of the keeper's places stay free for the pipes to the log.
        return blob.size <= MaximumSize && blob.handles.Count <= MaximumHandles - 2
            ? blob
            : throw new LinuxException("launch", Errno.E2BIG, spec.InitRole ?? spec.Arguments[0]);
    }

    private void Write(LaunchSpec spec)
    {
        var environment = new List<string>(spec.Environment.Count);
        foreach (var (name, value) in spec.Environment)
            environment.Add($"{name}={value}");

        var flags = (spec.NoNewPrivileges ? NoNewPrivs : 0) | (spec.LoopbackUp ? LoopbackUp : 0);
        flags |= (spec.HasTerminal ? Terminal : 0) | (spec.InitRole is not null ? Init | Role : spec.Init ? Init : 0) | (spec.LogTerminal is null ? 0 : LogTerminal);
        flags |= spec.NetworkNamespace is null ? 0 : ReadyNetwork;
        if (spec.LogPath is not null)
            flags |= (spec.Output is null ? LogOutput : 0) | (spec.Error is null ? LogError : 0);

        SetInt32(4, spec.Label is null ? Version : VersionOfLabel);
        spec.Id.TryWriteBytes(buffer.AsSpan(8, 16));
        SetUInt64(24, (ulong)spec.Namespaces);
        SetUInt64(32, spec.Capabilities);
        SetUInt64(40, spec.ReadySet);
        SetInt32(48, flags);
        SetInt32(52, (int)spec.UserId);
        SetInt32(56, (int)spec.GroupId);
        SetInt32(60, spec.OutOfMemoryScore);
        SetInt32(64, Handle(spec.Root));
        SetInt32(68, Handle(spec.Cgroup));
        SetInt32(72, Handle(spec.Join));
        SetInt32(76, Handle(spec.LogTerminal ?? spec.Input));
        SetInt32(80, Handle(spec.Output));
        SetInt32(84, Handle(spec.Error));
        SetInt32(88, Text(spec.Namespaces.HasFlag(NamespaceKinds.Uts) ? spec.HostName : null));
        SetInt32(92, Text(spec.WorkingDirectory));
        SetInt32(96, Text(spec.LogPath));
        SetInt32(100, Text(spec.ExitPath));
        SetArray(104, Texts(spec.Programs.Count > 0 ? spec.Programs : [spec.InitRole ?? spec.Arguments[0]]));
        SetArray(112, Texts(spec.InitRole is { } role ? [InitName, role, .. spec.Arguments] : spec.Init ? [InitName, spec.HasTerminal ? "-t" : "--", .. spec.Arguments] : spec.Arguments)); // as Native/Init/init.c has it
        SetArray(120, Texts(environment));
        SetArray(128, Operations(spec.RootSteps));
        SetArray(136, Limits(spec.Limits));
        SetArray(144, Filter(spec.Filter is { } filter ? filter.Instructions.Span : []));
        SetArray(152, Groups(spec.Groups));
        SetArray(160, HandleIndices(spec.Descriptors));
        SetArray(168, HandleIndices(spec.CgroupFiles));
        SetInt32(176, Handle(spec.NetworkNamespace ?? spec.UserNamespace));
        SetInt32(180, (int)spec.OutputOwner.UserId);
        SetInt32(184, (int)spec.OutputOwner.GroupId);
        SetInt32(188, (int)Math.Min(int.MaxValue, spec.LogBytes / 1024));
        SetInt32(192, Text(spec.Label));
        SetInt32(196, Text(spec.Label is null ? null : spec.InitLabel));
        Reserve(1); // the last byte is zero: it ends whatever string is not ended
        SetInt32(0, size);
    }

    private int Handle(SafeHandle? handle)
    {
        if (handle is null)
            return -1;
        handles.Add(handle);
        return handles.Count - 1;
    }

    private int Reserve(int bytes)
    {
        var at = size;
        size += bytes;
        if (size > buffer.Length)
            Array.Resize(ref buffer, Math.Max(size, buffer.Length * 2));
        return at;
    }

    private int Aligned(int bytes)
    {
        Reserve(-size & 7);
        return Reserve(bytes);
    }

    private int Text(string? text)
    {
        if (text is null)
            return 0;
        if (text.Contains('\0'))
            throw new ArgumentException("A zero byte cannot be passed to the kernel.", nameof(text));
        var length = Encoding.UTF8.GetByteCount(text);
        var at = Reserve(length + 1);
        Encoding.UTF8.GetBytes(text, buffer.AsSpan(at, length));
        return at;
    }

    private (int Offset, int Count) Texts(IReadOnlyList<string> texts)
    {
        var at = Aligned(4 * texts.Count);
        for (var i = 0; i < texts.Count; i++)
            SetInt32(at + 4 * i, Text(texts[i]));
        return (at, texts.Count);
    }

    private (int Offset, int Count) Operations(IReadOnlyList<RootStep> steps)
    {
        var start = Aligned(OperationSize * steps.Count);
        for (var i = 0; i < steps.Count; i++)
        {
            var step = steps[i];
            var at = start + OperationSize * i;
            SetInt32(at, (int)step.Kind);
            SetInt32(at + 4, (step.Optional ? 1 : 0) | (step.Early ? 2 : 0) | (step.Inside ? 4 : 0));
            SetInt32(at + 8, (int)step.Mode);
            SetInt32(at + 12, (int)step.Device);
            SetUInt64(at + 16, (ulong)step.Attributes);
            SetInt32(at + 24, Handle(step.Tree));
            SetInt32(at + 28, Text(step.Path));
            SetInt32(at + 32, Text(step.Source));
            SetInt32(at + 36, Text(step.Type));
            SetInt32(at + 40, step.Options.Count == 0 ? 0 : Pairs(step.Options));
        }
        return (start, steps.Count);
    }

    private int Pairs(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        var at = size;
        foreach (var (key, value) in pairs)
        {
            Text(key);
            Text(value);
        }
        Reserve(1);
        return at;
    }

    private (int Offset, int Count) Limits(IReadOnlyList<ResourceLimit> limits)
    {
        var at = Aligned(LimitSize * limits.Count);
        for (var i = 0; i < limits.Count; i++)
        {
            SetUInt64(at + LimitSize * i, (ulong)limits[i].Resource);
            SetUInt64(at + LimitSize * i + 8, limits[i].Soft);
            SetUInt64(at + LimitSize * i + 16, limits[i].Hard);
        }
        return (at, limits.Count);
    }

    private (int Offset, int Count) Filter(ReadOnlySpan<ulong> instructions)
    {
        var at = Aligned(8 * instructions.Length);
        MemoryMarshal.AsBytes(instructions).CopyTo(buffer.AsSpan(at));
        return (at, instructions.Length);
    }

    private (int Offset, int Count) Groups(IReadOnlyList<uint> groups)
    {
        var at = Aligned(4 * groups.Count);
        for (var i = 0; i < groups.Count; i++)
            SetInt32(at + 4 * i, (int)groups[i]);
        return (at, groups.Count);
    }

    private (int Offset, int Count) HandleIndices(IReadOnlyList<SafeHandle> items)
    {
        var at = Aligned(4 * items.Count);
        for (var i = 0; i < items.Count; i++)
            SetInt32(at + 4 * i, Handle(items[i]));
        return (at, items.Count);
    }

    private void SetInt32(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(at), value);

    private void SetUInt64(int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(at), value);

    private void SetArray(int at, (int Offset, int Count) array)
    {
        SetInt32(at, array.Offset);
        SetInt32(at + 4, array.Count);
    }
}
