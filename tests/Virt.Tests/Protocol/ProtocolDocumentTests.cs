using System;
using System.IO;
using System.Linq;
using Virt.Protocol;
using Xunit;

namespace Virt.Tests.Protocol;

public sealed class ProtocolDocumentTests
{
    private const string Begin = "<!-- generated: begin -->\n";
    private const string End = "<!-- generated: end -->";

    // The part between the two marks is also the snapshot of the protocol: a change of a method, key or type is a diff to approve.
    // VIRT_UPDATE_SNAPSHOTS=1 writes it.
    [Fact]
    public void The_protocol_page_lists_every_method_key_and_type_as_the_code_has_them()
    {
        var path = RepositoryRoot.File("docs", "protocol.md");
        var page = File.ReadAllText(path);
        var begin = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var end = page.IndexOf(End, StringComparison.Ordinal);
        var expected = ProtocolDescription.Make();
        if (Environment.GetEnvironmentVariable("VIRT_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, page[..begin] + expected + page[end..]);
            return;
        }

        Assert.Equal(expected, page[begin..end]);
    }

    [Fact]
    public void Every_method_that_is_declared_is_listed_once()
    {
        var declared = typeof(Methods).GetFields().Select(f => (IMethod)f.GetValue(null)!).Select(m => m.Name).Order().ToList();
        Assert.Equal(declared, Methods.All.Select(m => m.Name).Order());
        Assert.Equal(declared.Count, declared.Distinct().Count());
    }
}
