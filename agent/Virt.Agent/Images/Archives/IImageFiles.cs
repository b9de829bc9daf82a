using System.Threading;
using System.Threading.Tasks;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Images.Archives;

/// <summary>The files of an archive or a folder that images are taken in from. Names are relative; one that leads out is not there.</summary>
internal interface IImageFiles
{
    /// <summary>True where there is a file of the name.</summary>
    bool Has(string name);

    /// <summary>Brings a file into the blob store.</summary>
    /// <returns>What it is there; null: it is missing.</returns>
    Task<(Digest Digest, long Size)?> StoreAsync(string name, CancellationToken cancellation);
}
