"""The protocol, put together: every actor, every event, every fault, and what holds at the start."""

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
from model.faults import FAULTS
from model.notation import Actor, Network, build, declared
from model.readings import READINGS
from model.requirements import BY_ID

ACTOR_FILES = (
    requester, vss, writer, volumes, power, conditions, method, child, image, restore, parts, cluster, due,
)  # fmt: skip

ACTORS = tuple(thing for file in ACTOR_FILES for thing in vars(file).values() if isinstance(thing, Actor))

AT_START = (
    conditions.NO_SERVICE_ON_WINDOWS_2000,
    cluster.FITS_POWER,
    parts.PORTS_WHERE_HERE,
)

PROTOCOL: Network = declared(
    build(
        dict.fromkeys((*ACTORS, *(reading.actor for reading in READINGS))),
        (event for file in EVENT_FILES for event in file.EVENTS),
        FAULTS,
        AT_START,
        {*BY_ID, *(reading.actor.name for reading in READINGS)},
    )
)
