#Requires -Version 2.0

<#
.SYNOPSIS
    Writes what is known of the virtual machines of a Hyper-V host with Windows Server 2008 or 2008 R2 to one JSON file.

.DESCRIPTION
    For use with: shadowproof method --inventory FILE and shadowproof verify --inventory FILE

    The script only asks, as collect-inventory.ps1 does, which it stands in for where there is no module Hyper-V: it reads the
    classes of the WMI namespace root\virtualization. It does not start, stop, mount or change anything; the one thing it
    writes is the file named by -Path.

    What it needs, and why:

      PowerShell 2.0        what Windows Server 2008 R2 comes with (6.0 and 7 have no Get-WmiObject)
      root\virtualization   the first namespace of Hyper-V: Windows Server 2008, 2008 R2 and 2012; later ones have only
                            the second, and the module that collect-inventory.ps1 uses
      rights                an administrator of the host in an elevated console: who has no right to see a virtual machine is
                            told of none, without an error

    What cannot be read is written as null. Null means "not known", never "none". What only the guest knows can be added to
    the file by hand: see the help of collect-inventory.ps1.

.PARAMETER Path
    The file to write. An existing file is kept unless -Force is given.

.PARAMETER Force
    Overwrite an existing file.

.EXAMPLE
    .\collect-inventory-2008r2.ps1 -Path .\host1.json
#>
[CmdletBinding()]
param(
    [string] $Path = '.\inventory.json',
    [switch] $Force
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$space = 'root\virtualization'
$states = @{
    2 = 'Running'; 3 = 'Off'; 32768 = 'Paused'; 32769 = 'Saved'; 32770 = 'Starting'; 32773 = 'Saving'; 32774 = 'Stopping'
    32776 = 'Pausing'; 32777 = 'Resuming'
}
$resourceStates = @{ 2 = 'Online'; 3 = 'Offline'; 4 = 'Failed'; 128 = 'Pending'; 129 = 'OnlinePending'; 130 = 'OfflinePending' }

function ConvertTo-Text([string] $Value) {
    $text = New-Object System.Text.StringBuilder
    foreach ($letter in $Value.ToCharArray()) {
        $code = [int] $letter
        if ($code -lt 32 -or $code -gt 126 -or $letter -eq '"' -or $letter -eq '\') {
            [void] $text.Append('\u' + $code.ToString('x4'))
        } else {
            [void] $text.Append($letter)
        }
    }
    return '"' + $text.ToString() + '"'
}

# PowerShell 2.0 has no ConvertTo-Json.
function ConvertTo-Json2($Value) {
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [bool]) { return $Value.ToString().ToLowerInvariant() }
    if ($Value -is [System.Collections.IDictionary]) {
        $members = @($Value.Keys | Sort-Object | ForEach-Object { (ConvertTo-Text $_) + ': ' + (ConvertTo-Json2 $Value[$_]) })
        return '{' + ($members -join ', ') + '}'
    }
    if ($Value -is [array]) {
        return '[' + (@($Value | ForEach-Object { ConvertTo-Json2 $_ }) -join ', ') + ']'
    }
    if ($Value -is [ValueType]) { return $Value.ToString([Globalization.CultureInfo]::InvariantCulture) }
    return ConvertTo-Text ([string] $Value)
}

# The result of a block as a list, or null with a warning if it fails: a virtual machine must not be lost for one part.
function Get-ListOrNull([string] $What, [scriptblock] $Block) {
    try { return , @(& $Block) } catch { Write-Warning "${What}: $_"; return $null }
}

# The volume a file or folder lies on, mount points included; null for shares and cluster shared volumes, or if unknown.
function Get-VolumeIdOf([string] $File) {
    if (-not $File -or $File -match '^\\\\' -or $File -match '^[A-Za-z]:\\ClusterStorage\\') { return $null }
    $below = @($volumes | Where-Object { "$File\".StartsWith($_.Name, [StringComparison]::OrdinalIgnoreCase) })
    $nearest = $below | Sort-Object { $_.Name.Length } -Descending | Select-Object -First 1
    if ($nearest) { return [string] $nearest.DeviceID }
    return $null
}

# The files a differencing disk depends on, nearest first; null where one of them cannot be read.
function Get-ParentsOf([string] $File) {
    $parents = @()
    try {
        while ($File) {
            $answer = $images.GetVirtualHardDiskInfo($File)
            if ($answer.ReturnValue -ne 0) { return $null }
            $parent = ([xml] $answer.Info).SelectSingleNode("/INSTANCE/PROPERTY[@NAME='ParentPath']/VALUE")
            $File = if ($parent) { [string] $parent.InnerText } else { '' }
            if ($File) { $parents += @{ Path = $File; VolumeId = Get-VolumeIdOf $File } }
        }
    } catch {
        return $null
    }
    return , $parents
}

# The guest's operating system, as far as the guest tells the host.
function Get-GuestSystem([string] $Id) {
    try {
        $exchange = Get-WmiObject -Namespace $space -Class Msvm_KvpExchangeComponent -Filter "SystemName='$Id'"
        foreach ($item in @($exchange.GuestIntrinsicExchangeItems | Where-Object { $_ })) {
            $xml = [xml] $item
            $key = $xml.SelectSingleNode("/INSTANCE/PROPERTY[@NAME='Name']/VALUE")
            $data = $xml.SelectSingleNode("/INSTANCE/PROPERTY[@NAME='Data']/VALUE")
            if ($key -and $data -and $key.InnerText -eq 'OSName') { return [string] $data.InnerText }
        }
    } catch {
        Write-Warning "Guest operating system of ${Id}: $_"
    }
    return $null
}

function Get-Resources([string] $Class, [string] $Id) {
    # those of a snapshot begin with the snapshot's id
    return @(Get-WmiObject -Namespace $space -Class $Class -Filter "InstanceID LIKE 'Microsoft:$Id%'")
}

function Get-Drives([string] $Id) {
    foreach ($resource in (Get-Resources 'Msvm_ResourceAllocationSettingData' $Id)) {
        if ($resource.ResourceSubType -eq 'Microsoft Virtual Hard Disk') {
            $file = [string] @($resource.Connection)[0]
            @{ Name = [string] $resource.ElementName; Path = $file; DiskNumber = $null
               VolumeId = Get-VolumeIdOf $file; ParentPaths = Get-ParentsOf $file }
        } elseif ($resource.ResourceSubType -eq 'Microsoft Physical Disk Drive') {
            $number = $null
            try { $number = ([wmi] [string] @($resource.HostResource)[0]).DriveNumber } catch { Write-Warning "A physical disk of ${Id}: $_" }
            @{ Name = [string] $resource.ElementName; Path = $null; DiskNumber = $number }
        }
    }
}

function Get-Services([string] $Id) {
    foreach ($service in @(Get-WmiObject -Namespace $space -Class Msvm_VssComponent -Filter "SystemName='$Id'")) {
        $status = @($service.OperationalStatus | Where-Object { $null -ne $_ })
        @{ Name = 'VSS'; Enabled = ($service.EnabledState -eq 2)
           PrimaryOperationalStatus = if ($status.Count -gt 0) { [int] $status[0] } else { $null }
           SecondaryOperationalStatus = if ($status.Count -gt 1) { [int] $status[1] } else { $null } }
    }
}

function Get-Adapters([string] $Id) {
    foreach ($class in 'Msvm_SyntheticEthernetPortSettingData', 'Msvm_EmulatedEthernetPortSettingData') {
        foreach ($adapter in (Get-Resources $class $Id)) {
            $port = [string] @($adapter.Connection | Where-Object { $_ })[0]
            $network = if ($port -match 'SystemName="([^"]+)"') { $Matches[1] } else { $null }
            @{ Name = [string] $adapter.ElementName; SwitchId = $network; Connected = [bool] $port }
        }
    }
}

# The cluster's resources of virtual machines, by virtual machine id in upper case; null without a cluster.
function Get-ClusterResources {
    $found = @{}
    try {
        $resources = @(Get-WmiObject -Namespace 'root\MSCluster' -Class MSCluster_Resource -Authentication PacketPrivacy `
            -Filter "Type='Virtual Machine'")
        foreach ($resource in $resources) {
            $id = ([string] $resource.PrivateProperties.VmID).Trim('{}').ToUpperInvariant()
            $found[$id] = @{ Name = [string] $resource.Name; State = $resourceStates[[int] $resource.State] }
        }
    } catch {
        return $null
    }
    return $found
}

$target = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
if ((Test-Path -LiteralPath $target) -and -not $Force) { throw "$target exists; give -Force to overwrite it." }

$found = @(Get-WmiObject -Namespace $space -Class Msvm_ComputerSystem |
    Where-Object { $_.Name -match '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' })
if ($found.Count -eq 0) {
    Write-Warning ('No virtual machine is visible, so nothing is written. If there are some on this host, start the console ' +
        'elevated, as an administrator of the host.')
    return
}
$volumes = @(Get-WmiObject -Class Win32_Volume | Where-Object { $_.Name -match '^[A-Za-z]:\\' })
$images = Get-WmiObject -Namespace $space -Class Msvm_ImageManagementService
$resources = Get-ClusterResources
$switches = Get-ListOrNull 'Virtual switches are left out' {
    Get-WmiObject -Namespace $space -Class Msvm_VirtualSwitch | ForEach-Object { @{ Name = [string] $_.ElementName; Id = [string] $_.Name } }
}

$done = 0
$machines = foreach ($machine in $found) {
    $id = ([string] $machine.Name).ToUpperInvariant()
    Write-Progress -Activity 'Collecting' -Status ([string] $machine.ElementName) -PercentComplete (100 * $done++ / $found.Count)
    $settings = Get-WmiObject -Namespace $space -Class Msvm_VirtualSystemGlobalSettingData -Filter "SystemName='$id'"
    $folder = if ($settings) { [string] $settings.SnapshotDataRoot } else { $null }
    @{
        Name                 = [string] $machine.ElementName
        Id                   = $id
        State                = $states[[int] $machine.EnabledState]
        IsClustered          = if ($null -eq $resources) { $null } else { $resources.ContainsKey($id) }
        ClusterResource      = if ($resources -and $resources.ContainsKey($id)) { $resources[$id] } else { $null }
        SnapshotFileLocation = $folder
        SnapshotVolumeId     = Get-VolumeIdOf $folder
        GuestOperatingSystem = Get-GuestSystem $id
        HardDrives           = Get-ListOrNull "$($machine.ElementName), drives" { Get-Drives $id }
        VMIntegrationService = Get-ListOrNull "$($machine.ElementName), integration services" { Get-Services $id }
        NetworkAdapters      = Get-ListOrNull "$($machine.ElementName), adapters" { Get-Adapters $id }
    }
}

$inventory = @{
    schema      = 1
    CollectedAt = (Get-Date).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
    Host        = [string] $env:COMPUTERNAME
    ClusterRead = $null -ne $resources
    Switches    = $switches
    VMs         = @($machines)
}
[System.IO.File]::WriteAllText($target, (ConvertTo-Json2 $inventory), (New-Object System.Text.UTF8Encoding $false))
Write-Host "$($found.Count) virtual machines written to $target"
