using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace Virt.Protocol.Client;

/// <summary>
/// The bytes to an agent on another host: the user's own ssh runs <c>virt-agent bridge</c> there, which copies between its stdio and the agent's socket.
/// So keys, agents, known_hosts, jump hosts and ssh_config work as the user has them. The variable VIRT_SSH names another ssh program.
/// </summary>
internal sealed class SshStream : Stream
{
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(2);

    private readonly Process ssh;
    private readonly VirtEndpoint endpoint;
    private string lastError = "";
    private bool hasAnswered;
    private bool isDisposed;

    private SshStream(Process ssh, VirtEndpoint endpoint)
    {
        this.ssh = ssh;
        this.endpoint = endpoint;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Starts ssh. Whether it can log in shows at the first read.</summary>
    /// <exception cref="VirtException">NotSupported: there is no ssh on this machine.</exception>
    public static SshStream Open(VirtEndpoint endpoint)
    {
        var program = Environment.GetEnvironmentVariable("VIRT_SSH") is { Length: > 0 } own ? own : "ssh";
        var port = endpoint.Port == 0 ? "" : string.Format(CultureInfo.InvariantCulture, "-p {0} ", endpoint.Port);
        var socket = endpoint.Address.Length == 0 ? "" : " unix://" + endpoint.Address;
        var start = new ProcessStartInfo(program, $"-T {port}-- {endpoint.Server} virt-agent bridge{socket}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        try
        {
            var stream = new SshStream(new Process { StartInfo = start }, endpoint);
            stream.Start();
            return stream;
        }
        catch (Win32Exception e)
        {
            throw new VirtException(
                ErrorCode.NotSupported,
                "SshMissing",
                $"Cannot reach host '{endpoint}': the program '{program}' cannot be started.",
                endpoint.Text,
                "Install the OpenSSH client: sudo apt-get install openssh-client",
                e);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = ssh.StandardOutput.BaseStream.Read(buffer, offset, count);
        if (read == 0 && !hasAnswered && !isDisposed)
        {
            throw NoAnswer();
        }

        hasAnswered |= read > 0;
        return read;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        try
        {
            ssh.StandardInput.BaseStream.Write(buffer, offset, count);
            ssh.StandardInput.BaseStream.Flush();
        }
        catch (IOException) when (!hasAnswered)
        {
            throw NoAnswer();
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !isDisposed)
        {
            isDisposed = true;
            End();
        }

        base.Dispose(disposing);
    }

    private void Start()
    {
        ssh.ErrorDataReceived += (_, line) => lastError = string.IsNullOrWhiteSpace(line.Data) ? lastError : line.Data.Trim();
        ssh.Start();
        ssh.BeginErrorReadLine();
    }

    // Its input's end is how ssh, and the bridge behind it, learn that the connection is over.
    private void End()
    {
        try
        {
            ssh.StandardInput.BaseStream.Dispose();
            if (!ssh.WaitForExit((int)EndGrace.TotalMilliseconds))
            {
                ssh.Kill();
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has ended already.
        }

        ssh.Dispose();
    }

    private VirtException NoAnswer()
    {
        // Waits for the rest of standard error, which says why.
        ssh.WaitForExit();
        var why = lastError.Length == 0 ? $"ssh ended with code {ssh.ExitCode}" : lastError.TrimEnd('.');
        return ssh.ExitCode == 127
            ? new VirtException(ErrorCode.NotSupported, "AgentNotInstalled", $"Cannot reach host '{endpoint}': virt-agent is not installed there ({why}).", endpoint.Text, $"ssh {endpoint.Server} virt-agent --version")
            : new VirtException(ErrorCode.Unavailable, "SshFailed", $"Cannot reach host '{endpoint}': {why}.", endpoint.Text, $"ssh {endpoint.Server} virt-agent --version");
    }
}
