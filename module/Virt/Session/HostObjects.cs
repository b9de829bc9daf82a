using System;
using Virt.Protocol;

namespace Virt.Session;

/// <summary>Tells results which host they came from, so that they find back to it.</summary>
internal static class HostObjects
{
    /// <summary>Sets the ComputerName of a result and of the items of a list.</summary>
    public static T Stamp<T>(T result, string computerName)
    {
        switch (result)
        {
            case VM item: item.ComputerName = computerName; break;
            case VMCheckpoint item: item.ComputerName = computerName; break;
            case VMDrive item: item.ComputerName = computerName; break;
            case VMNetworkAdapter item: item.ComputerName = computerName; break;
            case VMProcessor item: item.ComputerName = computerName; break;
            case VMMemory item: item.ComputerName = computerName; break;
            case VMFirmware item: item.ComputerName = computerName; break;
            case VMSecurity item: item.ComputerName = computerName; break;
            case VMMovePlan item: item.ComputerName = computerName; break;
            case VMMove item: item.ComputerName = computerName; break;
            case ContainerNetworkAdapter item: item.ComputerName = computerName; break;
            case Container item: item.ComputerName = computerName; break;
            case VirtHost item: item.ComputerName = computerName; break;
            case HostCheck item: item.ComputerName = computerName; break;
            case VirtOperation item: item.ComputerName = computerName; break;
            case VMImage item: item.ComputerName = computerName; break;
            case ContainerImage item: item.ComputerName = computerName; break;
            case ContainerImageCleanup item: item.ComputerName = computerName; break;
            case ContainerImageTest item: item.ComputerName = computerName; break;
            case ContainerImagePublication item: item.ComputerName = computerName; break;
            case ContainerLogEntry item: item.ComputerName = computerName; break;
            case ContainerProcess item: item.ComputerName = computerName; break;
            case VMMeasurement item: item.ComputerName = computerName; break;
            case VMScreenshot item: item.ComputerName = computerName; break;
            case VMGuest item: item.ComputerName = computerName; break;
            case ContainerMeasurement item: item.ComputerName = computerName; break;
            case VirtEvent item: item.ComputerName = computerName; break;
            case VirtNetwork item: item.ComputerName = computerName; break;
            case VirtVolume item: item.ComputerName = computerName; break;
            case VHD item: item.ComputerName = computerName; break;
            case VHDTest item: item.ComputerName = computerName; break;
            case VirtPeer item: item.ComputerName = computerName; break;
            case VirtPeerCode item: item.ComputerName = computerName; break;
            case PatchStatus item: item.ComputerName = computerName; break;
            case PatchPlan item: item.ComputerName = computerName; break;
            case PatchResult item: item.ComputerName = computerName; break;
            case PatchSchedule item: item.ComputerName = computerName; break;
            case PatchRun item:
                item.ComputerName = computerName;
                StampAll(item.Results, computerName);
                break;
            case VMList list: StampAll(list.Items, computerName); break;
            case VMCheckpointList list: StampAll(list.Items, computerName); break;
            case VMDriveList list: StampAll(list.Items, computerName); break;
            case VMNetworkAdapterList list: StampAll(list.Items, computerName); break;
            case VMProcessorList list: StampAll(list.Items, computerName); break;
            case VMMemoryList list: StampAll(list.Items, computerName); break;
            case VMFirmwareList list: StampAll(list.Items, computerName); break;
            case VMSecurityList list: StampAll(list.Items, computerName); break;
            case ContainerNetworkAdapterList list: StampAll(list.Items, computerName); break;
            case ContainerList list: StampAll(list.Items, computerName); break;
            case ContainerProcessList list: StampAll(list.Items, computerName); break;
            case HostCheckList list: StampAll(list.Items, computerName); break;
            case VirtOperationList list: StampAll(list.Items, computerName); break;
            case VMImageList list: StampAll(list.Items, computerName); break;
            case ContainerImageList list: StampAll(list.Items, computerName); break;
            case ContainerImageTestList list: StampAll(list.Items, computerName); break;
            case VirtNetworkList list: StampAll(list.Items, computerName); break;
            case VirtVolumeList list: StampAll(list.Items, computerName); break;
            case VHDList list: StampAll(list.Items, computerName); break;
            case VirtPeerList list: StampAll(list.Items, computerName); break;
            case PatchStatusList list: StampAll(list.Items, computerName); break;
            case PatchPlanList list: Stamp(list.Plan, computerName); break;
            case PatchRunList list: StampAll(list.Items, computerName); break;
            case PatchScheduleList list: StampAll(list.Items, computerName); break;
            case OperationResult ended: Stamp(ended.Operation, computerName); break;
        }

        return result;
    }

    private static void StampAll<T>(T[] items, string computerName) => Array.ForEach(items, item => Stamp(item, computerName));
}
