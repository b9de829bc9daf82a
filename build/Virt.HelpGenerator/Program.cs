using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Runtime.Loader;
using Virt.HelpGenerator;

// Virt.HelpGenerator <Virt.dll> <Virt.xml> <Virt.dll-Help.xml to write> <folder of Markdown pages to write>
if (args.Length != 4)
{
    Console.Error.WriteLine("usage: Virt.HelpGenerator <module.dll> <comments.xml> <help.xml> <docs folder>");
    return 2;
}

var folder = Path.GetDirectoryName(Path.GetFullPath(args[0]))!;
AssemblyLoadContext.Default.Resolving += (context, name) =>
    File.Exists(Path.Combine(folder, name.Name + ".dll")) ? context.LoadFromAssemblyPath(Path.Combine(folder, name.Name + ".dll")) : null;
var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(args[0]));
var comments = new XmlComments(args[1]);
var pages = assembly.GetExportedTypes()
    .Where(type => type.IsDefined(typeof(CmdletAttribute), inherit: false))
    .Select(type => CmdletPage.Read(type, comments))
    .OrderBy(page => page.Name, StringComparer.Ordinal)
    .ToArray();

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[2]))!);
Maml.Write(args[2], pages);

Directory.CreateDirectory(args[3]);
foreach (var old in Directory.GetFiles(args[3], "*.md"))
{
    File.Delete(old);
}

foreach (var page in pages)
{
    File.WriteAllText(Path.Combine(args[3], page.Name + ".md"), Markdown.Write(page));
}

return 0;
