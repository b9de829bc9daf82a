using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Virt.Agent.Common;
using Virt.Protocol;

namespace Virt.Agent.Storage.Vhds;

/// <content>Get-VHD.</content>
public sealed partial class VhdService
{
    /// <summary>Disk images by path. One that is not there, or is none, is an error beside the others.</summary>
    public async Task<VHDList> GetAsync(GetVHD request, Call call)
    {
        var errors = new List<ErrorInfo>();
        var found = new SortedDictionary<string, VHD>(StringComparer.Ordinal);
        foreach (var (path, input) in request.Paths.Length == 0 ? users.Paths.Select(static path => (path, path)) : request.Paths.SelectMany(static path => Expand(path).Select(one => (one, path))))
        {
            try
            {
                var existing = VhdPath.Existing("get", path);
                found[existing] = Show(await ExamineAsync("get", existing, call.Cancellation).ConfigureAwait(false));
            }
            catch (VirtException e)
            {
                // What a pattern finds beside disk images is passed over, but a damaged one is not.
                if (path == input || e.Code != ErrorCode.InvalidArgument)
                {
                    errors.Add(e.ToInfo());
                }
            }
        }

        return new VHDList { Items = [.. found.Values], Errors = [.. errors] };
    }

    // A file whose very name has a bracket in it is that file.
    private static IEnumerable<string> Expand(string path)
    {
        var name = Path.GetFileName(path);
        if (!NamePattern.IsPattern(name) || !Path.IsPathFullyQualified(path) || File.Exists(path))
        {
            return [path];
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(file => NamePattern.Matches(name, Path.GetFileName(file))) : [];
    }
}
