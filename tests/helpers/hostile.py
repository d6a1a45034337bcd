"""What nobody should type or hand over, and who may be handed it: words, numbers, files. None of it may end in a traceback, or reach
a terminal as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "nothing": "", "a blank": " ", "two lines": "a\nb", "an escape": "\x1b[2Jx", "a bell": "a\x07", "a zero": "a\0b", "bidi": "\u202egnp",
    "no text": "caf\udce9", "an emoji": "\U0001f600", "long": "x" * 20_000, "many words": "x " * 5_000, "a path": "../../../etc/passwd",
    "a shell's": "$(reboot)`id`;|&", "Python": "__import__('os').getcwd()", "a template": "{0.__class__.__mro__}", "a format": "%s%n%(x)s",
    "dashes": "---", "markup": "[bold red]x[/]", "markup that ends": "[/nope]", "a link": "[link=file:///etc]x[/link]", "equals": "=",
    "an assignment": "power=", "an index": "vm_saved@", "a far index": "vm_saved@99999999999999999999", "a pattern": "(a+)+$",
    "digits of another script": "\N{ARABIC-INDIC DIGIT NINE}" * 30, "a separator": "\u2028x", "a wide blank": "\u3000",
}  # fmt: skip

TAKE_WORDS: tuple[tuple[str, ...], ...] = (
    ("?",), ("--?",), ("verify", "-p", "?"), ("verify", "-f", "?"), ("verify", "-r", "?"), ("verify", "-r", "READ-1=?"), ("verify", "?"),
    ("explain", "?"), ("explain", "MET-4", "-f", "?"), ("why", "?"), ("assumptions", "?"), ("cuts", "?"), ("obligations", "?"),
    ("export", "--to", "?"), ("export", "--to", "promela", "-p", "?"), ("export", "--to", "promela", "--protocol", "?"),
    ("play", "--vm", "x?", "backup_initialized"), ("play", "--vm", "power=?", "backup_initialized"),
    ("play", "--vm", "disks=?", "backup_initialized"), ("play", "--vm", "?=1", "backup_initialized"), ("play", "?"), ("play", "vm_saved@?"),
    ("mutate", "--rule", "?"), ("mutate", "--operator", "?"), ("mutate", "--rule", "vm_saved", "--property", "?"), ("sweep", "--of", "?"),
    ("sweep", "--of", "READ-1=?"), ("count", "--engine", "?"), ("prove", "-p", "MET-4", "--solver", "?"), ("draw", "?"), ("list", "?"),
    ("show", "?"), ("requirements", "?"), ("left-out", "?"), ("collector", "?"), ("method", "-i", "?"), ("play", "--file", "?"),
    ("verify", "-i", "?"), ("replay", "?"), ("walk", "--finding", "?"), ("walk", "--run", "?"), ("walk", "-i", "?"),
)  # fmt: skip
"""Where a word goes, of which there are none that is right among these."""

NUMBERS = ("", "x", "-1", "0", "1e309", "nan", "-inf", "0x10", "1.5", "--", "9" * 25)
TAKE_NUMBERS: tuple[tuple[str, ...], ...] = (
    ("verify", "--vms", "?"), ("explain", "MET-4", "--vms", "?"), ("count", "--vms", "?"), ("sweep", "--vms", "?"),
    ("cuts", "no-vm-left-saved", "--size", "?"), ("export", "--to", "promela", "--vms", "?"),
)  # fmt: skip
"""Where a whole number goes that is no larger than a few."""
TAKE_POSITIVE: tuple[tuple[str, ...], ...] = (
    ("why", "MET-4", "--limit", "?"), ("assumptions", "MET-4", "--limit", "?"), ("prove", "-p", "MET-4", "--limit", "?"),
    ("sweep", "--jobs", "?"), ("mutate", "--jobs", "?"), ("cuts", "no-vm-left-saved", "--jobs", "?"),
    ("count", "--memory", "?"), ("sweep", "--limit", "?"), ("mutate", "--sample", "?"),
)  # fmt: skip
"""Where one goes that may be large."""
NEVER_POSITIVE = ("", "x", "-1", "0", "nan", "-inf", "0x10", "--")

_VM = {"Name": "web", "State": "Running", "HardDrives": [], "NetworkAdapters": []}


def _vms(**elements: object) -> bytes:
    return json.dumps([{**_VM, **elements}]).encode()


FILES: Mapping[str, bytes] = {
    "nothing": b"",
    "blanks": b" \n\t",
    "a zero": b"\0",
    "zeros": b"\0" * 1000,
    "no text": b"\xff\xfe\xfa\x80",
    "half of UTF-16": "[{".encode("utf-16")[:-1],
    "a mark alone": b"\xef\xbb\xbf",
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "zipped": b"PK\x03\x04" + b"\0" * 50,
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "balanced": b"[" * 5000 + b"]" * 5000,
    "a comma": b"[,]",
    "open": b'[{"Name": "a',
    "a long number": b"9" * 100_000,
    "a large fraction": b"[1e999]",
    "NaN": b"[NaN]",
    "minus infinity": b"[-Infinity]",
    "true": b"true",
    "a text": b'"VMs"',
    "a number": b"7",
    "null": b"null",
    "an empty list": b"[]",
    "an empty object": b"{}",
    "nulls": b"[null, null]",
    "lists of lists": b"[[[[[[]]]]]]",
    "twice": b'[{"Name": "a", "Name": "b", "State": 2}]',
    "a remark": b"// x\n[]",
    "YAML": b"- name: web\n  state: running\n",
    "XML": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>",
    "HTML": b"<html><body>401</body></html>",
    "INI": b"[VMs]\nname=web\n",
    "CSV": b'"Name","State"\r\n"web","Running"\r\n',
    "a table": b"Name State\r\n---- -----\r\nweb  Running\r\n",
    "Python": b"__import__('os')",
    "a pickle": b"\x80\x04K\x01.",
    "a prompt": b"PS C:\\> Get-VM\r\n",
    "an escape": b"\x1b[2J[]",
    "two values": b"[]{}",
    "text after": b"[{}] x",
    "one quote": b"'[]'",
    "an escaped half": b'[{"Name": "\\ud800", "State": 2}]',
    "an unknown escape": b'["\\x"]',
    "a raw line": b'["a\nb"]',
    "a key that is none": b"{1: 2}",
    "an escaped escape": _vms(Name="\x1b]0;owned\x07web"),
    "a name of two lines": _vms(Name="a\nb: Saved State"),
    "a bidi name": _vms(Name="\u202ebew"),
    "a name of markup": _vms(Name="[bold]x[/nope]"),
    "a long name": _vms(Name="x" * 100_000),
    "a name of a list": _vms(Name=[1]),
    "no name": _vms(Name=None),
    "a name of blanks": _vms(Name=" \u3000 "),
    "an option": _vms(Name="--help"),
    "a path for a name": _vms(Name="../../x"),
    "a state of a list": _vms(State=[2]),
    "a state of an object": _vms(State={"a": {"b": 1}}),
    "a large state": _vms(State=10**38),
    "a fraction of a state": _vms(State=2.5),
    "a state that is none": _vms(State="Asleep"),
    "drives of a number": _vms(HardDrives=7),
    "drives of texts": _vms(HardDrives=["a", "b"]),
    "a drive of lists": _vms(HardDrives=[[[]]]),
    "a path of a number": _vms(HardDrives=[{"Path": 7}]),
    "a path of zeros": _vms(HardDrives=[{"Path": "\0\0.vhd"}]),
    "a path that climbs": _vms(HardDrives=[{"Path": "D:\\..\\..\\..\\x.vhd"}]),
    "a path of 100,000": _vms(HardDrives=[{"Path": "D:\\" + "x\\" * 50_000 + "a.vhd"}]),
    "parents in a circle": _vms(HardDrives=[{"Path": "D:\\a.avhd", "ParentPaths": [{"Path": "D:\\a.avhd"}] * 400}]),
    "a thousand parents": _vms(
        HardDrives=[{"Path": "D:\\a.avhd", "ParentPaths": [{"Path": f"D:\\{i}.vhd"} for i in range(1000)]}]
    ),
    "a disk of no number": _vms(HardDrives=[{"DiskNumber": "\N{ARABIC-INDIC DIGIT NINE}"}]),
    "a disk too many": _vms(HardDrives=[{"DiskNumber": 10**30}]),
    "adapters of a text": _vms(NetworkAdapters="n"),
    "an adapter of nothing": _vms(NetworkAdapters=[{}]),
    "5,000 adapters": _vms(NetworkAdapters=[{"Name": "n"}] * 5000),
    "a switch of an object": _vms(NetworkAdapters=[{"SwitchName": {"a": 1}}]),
    "guest disks of a number": _vms(GuestDisks=3),
    "guest disks of no drive": _vms(GuestDisks=[{"Drive": "\x1b[1m"}]),
    "file systems by the thousand": _vms(GuestDisks=[{"Kind": "iSCSI", "FileSystem": ["NTFS"] * 5000}]),
    "a service of a text": _vms(GuestBackupService="\x1b[2J"),
    "a status of an object": _vms(
        VMIntegrationService=[{"Name": "VSS", "Enabled": True, "PrimaryOperationalStatus": {"x": []}}]
    ),
    "an Id of 10,000": _vms(VMIntegrationService=[{"Id": "Microsoft:" + "\\" * 10_000}]),
    "clustered perhaps": _vms(IsClustered="perhaps"),
    "a resource of a list": _vms(ClusterResource=[[[]]]),
    "a thousand elements": _vms(**{f"Odd{i}": i for i in range(1000)}),
    "an odd element": _vms(**{"\x1b[2J\u202e": 1}),
    "an empty element": _vms(**{"": 1}),
    "a schema that is none": b'{"schema": [], "VMs": []}',
    "a later schema": b'{"schema": 99, "VMs": [{"Name": "a", "State": 2}]}',
    "switches of a text": b'{"Switches": "s", "VMs": [{"Name": "a", "State": 2}]}',
    "VMs of VMs": b'{"VMs": {"VMs": {"VMs": {"VMs": []}}}}',
    "hosts of hosts": json.dumps({"a": {"b": {"c": {"d": {"e": {"f": {"g": [_VM]}}}}}}}).encode(),
    "20,001 VMs": b"[" + b"{}," * 20_000 + b"{}]",
    "an object of 30,000": json.dumps({f"k{i}": {} for i in range(30_000)}).encode(),
    "the same VM 500 times": json.dumps([_VM] * 500).encode(),
}
"""Inventories that are none, or hold what no host has."""

EVENTS: Mapping[str, bytes] = {
    "nothing": b"",
    "remarks alone": b"# x\n\n",
    "no text": b"\xff\xfe\xfa",
    "a zero": b"backup_initialized\0\n",
    "an escape": b"\x1b[2J\n",
    "a long line": b"x" * 100_000,
    "many lines": b"backup_initialized\n" * 200_000,
    "an index of letters": b"vm_saved@a\n",
    "a minus": b"vm_saved@-1\n",
    "a deep index": b"vm_saved@1.2.3\n",
    "no index": b"vm_saved@\n",
    "two at once": b"backup_initialized context_set\n",
    "JSON": b'["backup_initialized"]',
    "no such event": b"vm_explodes\n",
    "a large index": b"vm_saved@" + b"9" * 10_000 + b"\n",
    "a carriage return": b"backup_initialized\rcontext_set@\r",
}
"""Files of events for `play` that are none."""
