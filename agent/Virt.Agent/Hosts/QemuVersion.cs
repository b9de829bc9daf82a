using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Virt.Linux.Processes;

namespace Virt.Agent.Hosts;

/// <summary>Asks the installed QEMU for its version.</summary>
internal static class QemuVersion
{
}
