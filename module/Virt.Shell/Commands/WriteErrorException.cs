using System;

namespace Virt.Shell.Commands;

/// <summary>What Write-Error was told.</summary>
public sealed class WriteErrorException(string message) : Exception(message);
