#Requires -Version 5.1
#Requires -Modules Hyper-V

<#
.SYNOPSIS
    Writes what is known of the virtual machines of this Hyper-V host to one JSON file.

.DESCRIPTION
    For use with: shadowproof method --inventory FILE and shadowproof verify --inventory FILE

    The script only asks. On the host and in the virtual machines it does not start, stop, mount or change anything; the
    one thing it writes is the file named by -Path.

    What it needs, and why:

      PowerShell 5.1 or 7   ConvertTo-Json and the CIM cmdlets, which older versions lack
      the module Hyper-V    Get-VM and what goes with it: Windows Server 2012 and later, with the role's management tools.
                            On Windows Server 2008 R2, which has neither, use collect-inventory-2008r2.ps1
      rights                a member of Hyper-V Administrators or Administrators, in an elevated console: who has no right to
                            see a virtual machine is told of none, without an error

    What cannot be read is written as null. Null means "not known", never "none".

    What only the guest knows can be added to the file by hand, for each virtual machine:

      "GuestDisks": [
        { "Drive": "D:\\VMs\\mail\\data.vhdx", "Layout": "Dynamic", "FileSystem": ["NTFS", "FAT32"] },
        { "Kind": "iSCSI", "Name": "archive", "Layout": "Basic", "FileSystem": "NTFS" }
      ],
      "GuestBackupService": "Stopped",
      "GuestOperatingSystem": "Microsoft Windows 2000 Server"

      Drive               the Path, the file's name or the Name of one element of HardDrives; not for an iSCSI disk
      Kind                VHD, PassThrough or iSCSI; needed for a disk that the guest reaches over iSCSI by itself
      Layout              Basic or Dynamic, as "list disk" of diskpart shows in the guest
      FileSystem          the file system of every volume on the disk, one name or a list
      GuestBackupService  Running, Stopped or NotInstalled, as "sc query vmicvss" shows in the guest

.PARAMETER Path
    The file to write. An existing file is kept unless -Force is given.

.PARAMETER Name
    Names of the virtual machines to ask about, wildcards allowed. Default: all.

.PARAMETER Force
    Overwrite an existing file.

.EXAMPLE
    .\collect-inventory.ps1 -Path .\host1.json
#>
[CmdletBinding()]
param(
    [string] $Path = '.\inventory.json',
    [string[]] $Name = '*',
    [switch] $Force
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# The volume a file or folder lies on, mount points and cluster shared volumes included; null for shares, or if unknown.
function Get-VolumeIdOf([string] $File) {
    if (-not $File) { return $null }
    try { return [string](Get-Volume -FilePath $File).UniqueId } catch { return $null }
}

# The files a differencing disk depends on, nearest first; null where one of them cannot be read.
function Get-ParentsOf([string] $File) {
    $parents = @()
    try {
        $parent = (Get-VHD -Path $File).ParentPath
        while ($parent) {
            $parents += [ordered]@{ Path = $parent; VolumeId = Get-VolumeIdOf $parent }
            $parent = (Get-VHD -Path $parent).ParentPath
        }
    } catch {
        return $null
    }
    return , $parents
}

# The guest's operating system, by virtual machine id in upper case, as far as the guests tell the host.
function Get-GuestSystems {
    $systems = @{}
    try {
        $exchanges = @(Get-CimInstance -Namespace 'root\virtualization\v2' -ClassName Msvm_KvpExchangeComponent)
        foreach ($exchange in $exchanges) {
            foreach ($item in @($exchange.GuestIntrinsicExchangeItems | Where-Object { $_ })) {
                $xml = [xml] $item
                $key = $xml.SelectSingleNode("/INSTANCE/PROPERTY[@NAME='Name']/VALUE")
                $data = $xml.SelectSingleNode("/INSTANCE/PROPERTY[@NAME='Data']/VALUE")
                if ($key -and $data -and $key.InnerText -eq 'OSName') {
                    $systems[([string] $exchange.SystemName).ToUpperInvariant()] = $data.InnerText
                }
            }
        }
    } catch {
        Write-Warning "Guest operating systems are left out: $_"
    }
    return $systems
}

# The cluster's resources of virtual machines, by virtual machine id in upper case; null without a cluster.
function Get-ClusterResources {
    if (-not (Get-Module -ListAvailable -Name FailoverClusters)) { return $null }
    $resources = @{}
    try {
        foreach ($resource in @(Get-ClusterResource | Where-Object { "$($_.ResourceType)" -eq 'Virtual Machine' })) {
            $id = [string] ($resource | Get-ClusterParameter -Name VmID).Value
            $resources[$id.Trim('{}').ToUpperInvariant()] = [ordered]@{
                Name       = [string] $resource.Name
                State      = [string] $resource.State
                OwnerGroup = [string] $resource.OwnerGroup
                OwnerNode  = [string] $resource.OwnerNode
            }
        }
    } catch {
        Write-Warning "Cluster resources are left out: $_"
        return $null
    }
    return $resources
}

function Get-Drives($Machine) {
    foreach ($drive in @(Get-VMHardDiskDrive -VM $Machine)) {
        $passThrough = $null -ne $drive.DiskNumber
        $item = [ordered]@{
            Name               = [string] $drive.Name
            Path               = [string] $drive.Path
            DiskNumber         = $drive.DiskNumber
            ControllerType     = [string] $drive.ControllerType
            ControllerNumber   = $drive.ControllerNumber
            ControllerLocation = $drive.ControllerLocation
        }
        if (-not $passThrough) {
            $item.VolumeId = Get-VolumeIdOf $drive.Path
            $item.ParentPaths = Get-ParentsOf $drive.Path
        }
        $item
    }
}

function Get-Services($Machine) {
    foreach ($service in @(Get-VMIntegrationService -VM $Machine)) {
        $status = $service.PrimaryOperationalStatus
        [ordered]@{
            Name                       = [string] $service.Name
            Id                         = [string] $service.Id
            Enabled                    = [bool] $service.Enabled
            PrimaryOperationalStatus   = if ($null -eq $status) { $null } else { [string] $status }
            PrimaryStatusDescription   = [string] $service.PrimaryStatusDescription
            SecondaryStatusDescription = [string] $service.SecondaryStatusDescription
        }
    }
}

function Get-Adapters($Machine) {
    foreach ($adapter in @(Get-VMNetworkAdapter -VM $Machine)) {
        [ordered]@{
            Name       = [string] $adapter.Name
            SwitchName = [string] $adapter.SwitchName
            SwitchId   = [string] $adapter.SwitchId
            Connected  = [bool] $adapter.Connected
        }
    }
}

# The result of a block as a list, or null with a warning if it fails: a virtual machine must not be lost for one part.
function Get-ListOrNull([string] $What, [scriptblock] $Block) {
    try { return , @(& $Block) } catch { Write-Warning "${What}: $_"; return $null }
}

$target = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
if ((Test-Path -LiteralPath $target) -and -not $Force) { throw "$target exists; give -Force to overwrite it." }

$systems = Get-GuestSystems
$resources = Get-ClusterResources
$switches = Get-ListOrNull 'Virtual switches are left out' {
    Get-VMSwitch | ForEach-Object { [ordered]@{ Name = [string] $_.Name; Id = [string] $_.Id } }
}

$found = @(Get-VM -Name $Name)
if ($found.Count -eq 0) {
    Write-Warning ('No virtual machine is visible, so nothing is written. If there are some on this host, start the console ' +
        'elevated, as a member of Hyper-V Administrators; and check -Name.')
    return
}
$done = 0
$machines = foreach ($machine in $found) {
    Write-Progress -Activity 'Collecting' -Status ([string] $machine.Name) -PercentComplete (100 * $done++ / $found.Count)
    $id = ([string] $machine.Id).ToUpperInvariant()
    [ordered]@{
        Name                 = [string] $machine.Name
        Id                   = [string] $machine.Id
        State                = [string] $machine.State
        IsClustered          = [bool] $machine.IsClustered
        ClusterResource      = if ($resources -and $resources.ContainsKey($id)) { $resources[$id] } else { $null }
        SnapshotFileLocation = [string] $machine.SnapshotFileLocation
        SnapshotVolumeId     = Get-VolumeIdOf $machine.SnapshotFileLocation
        GuestOperatingSystem = $systems[$id]
        HardDrives           = Get-ListOrNull "$($machine.Name), drives" { Get-Drives $machine }
        VMIntegrationService = Get-ListOrNull "$($machine.Name), integration services" { Get-Services $machine }
        NetworkAdapters      = Get-ListOrNull "$($machine.Name), adapters" { Get-Adapters $machine }
    }
}

$inventory = [ordered]@{
    schema      = 1
    CollectedAt = (Get-Date).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
    Host        = [string] $env:COMPUTERNAME
    ClusterRead = $null -ne $resources
    Switches    = $switches
    VMs         = @($machines)
}
$json = ConvertTo-Json -InputObject $inventory -Depth 8
[System.IO.File]::WriteAllText($target, $json, (New-Object System.Text.UTF8Encoding $false))
Write-Host "$(@($machines).Count) virtual machines written to $target"
