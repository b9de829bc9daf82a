using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Virt.Agent.Vms.Qga;

/// <summary>Memory that has come while the guest runs. Source: QEMU's guest agent protocol reference, guest-get-memory-blocks.</summary>
public sealed partial class QgaClient
{
    private const string GetBlocks = "guest-get-memory-blocks";

    /// <summary>How many blocks of memory the guest has, and which of them it does not use.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public async Task<(int Count, IReadOnlyList<long> Offline)> GetMemoryBlocksAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var blocks = await ExecuteAsync(GetBlocks, null, timeout, cancellation).ConfigureAwait(false);
        return Read(GetBlocks, () => (blocks.GetArrayLength(), (IReadOnlyList<long>)[.. blocks.EnumerateArray().Where(static block => !block.GetProperty("online").GetBoolean()).Select(static block => block.GetProperty("phys-index").GetInt64())]));
    }

    /// <summary>Tells the guest to use blocks of memory; which it does, <see cref="GetMemoryBlocksAsync"/> says.</summary>
    /// <inheritdoc cref="ExecuteAsync"/>
    public Task TakeUpMemoryBlocksAsync(IReadOnlyList<long> blocks, TimeSpan timeout, CancellationToken cancellation) => ExecuteAsync(
        "guest-set-memory-blocks",
        json =>
        {
            json.WriteStartArray("mem-blks");
            foreach (var block in blocks)
            {
                json.WriteStartObject();
                json.WriteNumber("phys-index", block);
                json.WriteBoolean("online", true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        },
        timeout,
        cancellation);
}
