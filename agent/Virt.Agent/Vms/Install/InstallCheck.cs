using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Virt.Protocol;

namespace Virt.Agent.Vms.Install;

/// <summary>What a request for an installation must keep to, as far as the request alone tells: pure.</summary>
internal static class InstallCheck
{
    private const int MostParameterCharacters = 1024;

    /// <exception cref="VirtException">InvalidArgument; NotSupported.</exception>
    public static void Check(InstallVMImage request, long hostMemory, Architecture architecture)
    {
        var name = request.Name;
        foreach (var (path, parameter) in new[] { (request.IsoPath, "IsoPath"), (request.DriverIsoPath, "DriverIsoPath") })
        {
            if (path is not null && (!Path.IsPathFullyQualified(path) || path.Contains('\0')))
            {
                throw InstallErrors.Bad(name, "InvalidPath", $"'{path}' is not a full path on the host", $"New-VMImage {name} -{parameter} /srv/iso/installer.iso");
            }
        }

        if (NewVMCheck.WhatIsWrong(request.MemoryBytes, request.ProcessorCount, hostMemory, architecture) is { } size)
        {
            throw InstallErrors.Bad(name, size.Id, size.Why, $"New-VMImage {name} -IsoPath '{request.IsoPath}' {size.Parameter}");
        }

        if (NewVMCheck.WhatIsWrong(request.SizeBytes) is { } disk)
        {
            throw InstallErrors.Bad(name, "InvalidDiskSize", disk, $"New-VMImage {name} -IsoPath '{request.IsoPath}' -SizeBytes 20GB");
        }

        if (request.Generation is not (1 or 2))
        {
            throw InstallErrors.Bad(name, "InvalidGeneration", $"its generation is {request.Generation}; 1 (BIOS) and 2 (UEFI) are allowed", $"New-VMImage {name} -IsoPath '{request.IsoPath}' -Generation 2");
        }

        if (request.Generation == 1 && architecture == Architecture.Arm64)
        {
            throw new VirtException(ErrorCode.NotSupported, "GenerationNotSupported", $"Cannot {InstallErrors.Verb} VM image '{name}': this host's CPU is arm64, which has no BIOS; generation 2 is required.", name, $"New-VMImage {name} -IsoPath '{request.IsoPath}' -Generation 2");
        }

        if (string.Equals(request.SwitchName, "host", StringComparison.OrdinalIgnoreCase))
        {
            throw InstallErrors.Bad(name, "InvalidNetwork", "an installer cannot be in the host's own network", $"New-VMImage {name} -IsoPath '{request.IsoPath}' -SwitchName user");
        }

        // The kernel's own line has 2048 characters, and what must stand in it comes first.
        if (request.KernelParameters.Any(static p => p.Length == 0 || p.Any(char.IsControl)) || request.KernelParameters.Sum(static p => p.Length + 1) > MostParameterCharacters)
        {
            throw InstallErrors.Bad(name, "InvalidKernelParameter", $"its kernel's parameters are empty, have control characters, or more than {MostParameterCharacters} characters", $"New-VMImage {name} -IsoPath '{request.IsoPath}' -KernelParameter locale=en_US.UTF-8");
        }
    }
}
