using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Vms.Qmp;

namespace Virt.Agent.Vms;

/// <summary>The guest's screen and keyboard.</summary>
internal sealed partial class VmSession
{
    /// <summary>QEMU's version, such as <c>7.2.22</c>.</summary>
    public string QemuVersion => qmp.Version;

    /// <summary>Writes a picture of the screen, as PNG. QAPI: screendump.</summary>
    /// <param name="file">Where to; open for writing only. Stays the caller's.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="QmpException">There is no screen, or QEMU makes no PNG (before 7.1, or built without it).</exception>
    /// <exception cref="QmpClosedException">QEMU is gone.</exception>
    public async Task ReadScreenAsync(SafeHandle file, CancellationToken cancellation)
    {
        var added = await qmp.ExecuteAsync("add-fd", json => Text(json, ("opaque", "screen")), file, cancellation).ConfigureAwait(false);
        var set = added.GetProperty("fdset-id").GetInt64();
        try
        {
            await qmp.ExecuteAsync("screendump", json => Text(json, ("filename", FormattableString.Invariant($"/dev/fdset/{set}")), ("format", "png")), cancellation).ConfigureAwait(false);
        }
        finally
        {
            await qmp.ExecuteAsync("remove-fd", json => json.WriteNumber("fdset-id", set), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Presses keys together, and lets them go. QAPI: send-key.</summary>
    /// <exception cref="QmpException">One is no key of QEMU's.</exception>
    /// <exception cref="QmpClosedException">QEMU is gone.</exception>
    public Task SendKeysAsync(IReadOnlyList<string> codes, TimeSpan hold, CancellationToken cancellation) => qmp.ExecuteAsync(
        "send-key",
        json =>
        {
            json.WriteStartArray("keys");
            foreach (var code in codes)
            {
                json.WriteStartObject();
                Text(json, ("type", "qcode"), ("data", code));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("hold-time", (int)hold.TotalMilliseconds);
        },
        cancellation);
}
