using System.Collections.Generic;
using Virt.Agent.Images.Oci;

namespace Virt.Agent.Images.Archives;

/// <summary>What an archive of an image has besides: readers of images pass it over.</summary>
/// <param name="FileName">The file's name.</param>
/// <param name="Annotation">The annotation of the image in the index that has the file's digest.</param>
/// <param name="Document">The file.</param>
/// <param name="Blobs">Blobs that the file names; what the image has too is written once.</param>
internal sealed record ArchiveAttachment(string FileName, string Annotation, byte[] Document, IReadOnlyList<Digest> Blobs);
