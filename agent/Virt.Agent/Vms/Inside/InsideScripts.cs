namespace Virt.Agent.Vms.Inside;

/// <summary>What the guest's shell is told by which the agent comes into it. Each ends with one of these codes.</summary>
internal static class InsideScripts
{
    /// <summary>There is no agent in it yet, or another one.</summary>
    public const int Wanted = 60;

    /// <summary>Its services are not systemd's.</summary>
    public const int NoSystemd = 61;

    /// <summary>It does not see the port.</summary>
    public const int NoPort = 62;

    /// <summary>Not all of the bytes have come, or others.</summary>
    public const int Damaged = 63;

    /// <summary>The agent does not run in it; the last line of standard error says why.</summary>
    public const int DoesNotRun = 64;

    /// <summary>
    /// Looks whether the agent is there, and starts it where it is not running. $1: the digest of what is to be there. Where there is none, or another one, standard output is the guest's architecture. One that came
    /// with a package is the guest's own affair.
    /// </summary>
    public const string Check =
        """
        [ -d /run/systemd/system ] || exit 61
        if [ -x /usr/lib/virt/virt-agent ] || [ "$(cat /usr/local/lib/virt/digest 2>/dev/null)" = "$1" ]; then
            systemctl start virt-agent.service
            exit
        fi
        uname -m
        exit 60
        """;

    /// <summary>
    /// Takes the agent from the port, and puts it in its place. $1: the digest. $2: the number of bytes. What is there already, and its containers, stay until everything has come and has shown that it runs; an agent that was
    /// there runs again whatever happens.
    /// </summary>
    public const string Install =
        """
        port=/dev/virtio-ports/org.virt.agent.0
        [ -e $port ] || exit 62
        folder=/usr/local/lib/virt
        new=$folder/.new
        umask 022
        trap 'rm -rf $new; systemctl start virt-agent.service 2>/dev/null' EXIT
        systemctl stop virt-agent.service 2>/dev/null
        rm -rf $new
        mkdir -p $new || exit
        head -c "$2" <$port >$new/archive
        echo "$1  $new/archive" | sha256sum -c --status - || exit 63
        (cd $new && tar -xzf archive) || exit
        $new/virt-agent --version >/dev/null || exit 64
        set -e
        rm -f $folder/digest
        mv -f $new/libe_sqlite3.so $new/virt-agent $folder/
        mv -f $new/virt-agent.service /etc/systemd/system/
        mkdir -p /usr/local/bin
        ln -sf ../lib/virt/virt-agent /usr/local/bin/virt-agent
        echo "$1" >$new/digest
        sync
        mv -f $new/digest $folder/
        systemctl daemon-reload
        systemctl enable --quiet virt-agent.service
        """;
}
