"""The protocol, put together: every actor, every event, every fault, and what holds at the start; in the version that is chosen."""

from dataclasses import replace

from model import faults, readings, requirements
from model.actors import (
    child,
    cluster,
    conditions,
    due,
    image,
    method,
    parts,
    power,
    requester,
    restore,
    volumes,
    vss,
    writer,
)
from model.events import EVENT_FILES
from model.notation import Actor, Event, Network, build, declared
from model.readings import Reading
from model.requirements import Requirement
from model.versions import chosen, load

ACTOR_FILES = (
    requester, vss, writer, volumes, power, conditions, method, child, image, restore, parts, cluster, due,
)  # fmt: skip

ACTORS = tuple(thing for file in ACTOR_FILES for thing in vars(file).values() if isinstance(thing, Actor))

AT_START = (
    conditions.NO_SERVICE_ON_WINDOWS_2000,
    cluster.FITS_POWER,
    parts.PORTS_WHERE_HERE,
)

DOCUMENT: Network = declared(
    build(
        dict.fromkeys((*ACTORS, *(reading.actor for reading in readings.READINGS))),
        (event for file in EVENT_FILES for event in file.EVENTS),
        faults.FAULTS,
        AT_START,
        {*requirements.BY_ID, *(reading.actor.name for reading in readings.READINGS)},
    )
)
"""What the document says, whichever version is chosen."""

VERSION = load(chosen())
PROTOCOL: Network = VERSION.applied(DOCUMENT)
"""The version that this process speaks of."""

PHASES: dict[str, tuple[Event, ...]] = {
    file.__name__.rsplit(".", 1)[1]: tuple(
        PROTOCOL.events[one.name] for one in file.EVENTS if one.name in PROTOCOL.events
    )
    for file in EVENT_FILES
}
"""The events of the version, by the phases of the document and in their order."""
if new := tuple(event for name, event in PROTOCOL.events.items() if name not in DOCUMENT.events):
    PHASES["new_in_this_version"] = new

FAULTS = tuple(PROTOCOL.faults.values())
WITHOUT_FAULT = faults.WITHOUT_FAULT if VERSION.base else VERSION.without_fault


def _readings() -> tuple[Reading, ...]:
    """The silent points of the version: the document's, but for those whose machine is gone, and its own; with faults that there are."""
    found = {one.actor.name: one for one in (*readings.READINGS, *VERSION.readings)}
    here = [one for name, one in found.items() if name in PROTOCOL.actors]
    return tuple(
        replace(one, matters_under=tuple(fault for fault in one.matters_under if fault in PROTOCOL.faults))
        for one in here
    )


READINGS = readings.READINGS if VERSION.base else _readings()

REQUIREMENTS = (
    *requirements.REQUIREMENTS,
    *(Requirement(name, says, also=f"version {VERSION.name}") for name, says in VERSION.sources.items()),
)
"""What rules and promises cite: what the document says, and what the sources of the version say."""

BY_ID = {one.id: one for one in REQUIREMENTS}
