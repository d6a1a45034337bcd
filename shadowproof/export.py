"""`shadowproof export`: the protocol, or the small backup protocol, as text for SPIN or for an SMT solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.notation import Network, Shape
from proofs.export.promela import promela
from proofs.export.smt import smtlib
from proofs.world.compiled import Compiled
from proofs.world.parts import ONE_OF_EACH
from proofs.world.slices import Group, Worlds, as_asked, groups, needs_every_event
from proofs.world.world import Column, Slice, World
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Always, Property, Step, terms_of
from shadowproof.ask import AskError, near
from shadowproof.verify.report import column_text

PROMELA, SMTLIB, JSON = "promela", "smtlib", "json"
TARGETS = (PROMELA, SMTLIB, JSON)
MAIN, SMALL = "main", "small-backup"
PROTOCOLS = (MAIN, SMALL)
MOST_VMS, MOST_STEPS = 12, 100
DEFAULT_VMS, DEFAULT_STEPS = 2, 5


@dataclass(frozen=True)
class Wanted:
    """What to export. vms: None for any number (of a solver). names: no properties are all that one slice is enough for."""

    target: str
    protocol: str
    names: tuple[str, ...]
    column: Column
    vms: int | None
    steps: int
    every_configuration: bool


@dataclass(frozen=True)
class Chosen:
    """The slice to be exported, and the VMs' shape."""

    group: Group
    shape: Shape
    says: str


def wanted(
    target: str,
    protocol: str,
    names: Sequence[str],
    column: Column,
    *,
    vms: int | None,
    steps: int | None,
    every_configuration: bool,
) -> Wanted:
    """What the command line asks for. Raises AskError at what makes no sense."""
    _one_of(target, TARGETS, "--to", "there is no such target" if target else "say for which tool")
    _one_of(protocol, PROTOCOLS, "--protocol", "there is no such protocol")
    if protocol == SMALL and column != Column():
        raise AskError("The small backup protocol has neither faults nor readings. Leave --fault and --reading out.")
    if vms is not None and not 1 <= vms <= MOST_VMS:
        raise AskError(f"--vms {vms}: an export has 1 to {MOST_VMS} VMs. Write --vms 2, say.")
    if target == PROMELA and steps is not None:
        raise AskError("--steps is for --to smtlib: SPIN visits every state. Leave --steps out.")
    if target == SMTLIB and every_configuration:
        raise AskError("--all-configurations is for --to promela: a solver is told of all of them. Leave it out.")
    if steps is not None and not 0 <= steps <= MOST_STEPS:
        raise AskError(f"--steps {steps}: a question is about 0 to {MOST_STEPS} steps. Write --steps 5, say.")
    if target == PROMELA and vms is None:
        vms = DEFAULT_VMS
    return Wanted(
        target, protocol, tuple(names), column, vms, DEFAULT_STEPS if steps is None else steps, every_configuration
    )


def refuse_choices_for_json(chosen: object) -> None:
    """Raises AskError where something is chosen beside --to json."""
    if chosen:
        raise AskError("--to json writes the whole protocol. Leave everything but --output out.")


def exported(what: Wanted) -> str:
    """The text. Raises AskError where there is nothing to export."""
    chosen = _small(what) if what.protocol == SMALL else _main(what)
    group = chosen.group
    if not group.part.events:
        raise AskError(
            f"Nothing that can happen matters to {group.members[0].name} (assuming {column_text(what.column)}): there is no "
            "network to export. Choose another column with --fault or --reading."
        )
    terms = [term for found in group.members for term in terms_of(found)]
    compiled = Compiled(group.world, group.part, (chosen.shape,), terms, reduce=not what.every_configuration)
    if what.target == SMTLIB:
        return smtlib(compiled, group.members, what.steps, what.vms, [*_title(what, chosen), *_for_solvers(what)])
    vms = what.vms or DEFAULT_VMS
    starts = len(compiled.start_hosts) * len(compiled.starts) ** vms
    return promela(compiled, vms, group.members, [*_title(what, chosen), *_for_spin(starts)]).text


# -- what is exported -------------------------------------------------------------------------------------------------


def _main(what: Wanted) -> Chosen:
    """The slice of the protocol that the properties depend on; by default the one that is enough for most of them."""
    asked = _named(what.names, PROPERTIES) if what.names else [p for p in PROPERTIES.values() if _can_be_said(p)]
    judged = [as_asked(found, watched()) for found in asked]
    networks: dict[Network, Worlds] = {network: Worlds(network, what.column) for network, _ in judged}
    if len(networks) > 1:
        alone = next(found.name for found in asked if not _can_be_said(found))
        raise AskError(f"{alone} is about two runs at once, and others are not. Export it by itself.")
    (worlds,) = networks.values()
    found = groups((worlds.smallest_for(one), one) for _, one in judged)
    group = max(found, key=lambda one: len(one.members)) if not what.names else _joined(found, worlds)
    return Chosen(group, ONE_OF_EACH, "each with one disk and one network adapter")


def _joined(found: Sequence[Group], worlds: Worlds) -> Group:
    """One slice for all of them: with what only some can do without."""
    if len(found) == 1:
        return found[0]
    world = worlds.part if all(group.world is worlds.part for group in found) else worlds.whole
    members = tuple(one for group in found for one in group.members)
    terms = [term for one in members for term in terms_of(one)]
    part = world.cone(terms, whole_events=any(needs_every_event(one, world) for one in members))
    return Group(world, part, members)


def _small(what: Wanted) -> Chosen:
    """The small backup protocol: all of it."""
    try:
        from examples import small_backup  # noqa: PLC0415 - it comes with a checkout only
    except ModuleNotFoundError:
        raise AskError(
            "The small backup protocol comes with a checkout of the project. Call this from there."
        ) from None
    asked = _named(what.names, small_backup.PROPERTIES) if what.names else list(small_backup.PROPERTIES.values())
    network = small_backup.NETWORK
    everything = Slice(frozenset(network.actors), frozenset(network.events))
    return Chosen(Group(World(network, Column()), everything, tuple(asked)), Shape({}), "without parts")


def _named(names: Sequence[str], known: Mapping[str, Property]) -> list[Property]:
    """The properties of these names, or that show these requirements. Raises AskError."""
    found: dict[str, Property] = {}
    for name in names:
        if name in known:
            if not _can_be_said(known[name]) and known[name].kind != "independent":
                raise AskError(
                    f"{name} is of kind {known[name].kind}: only statements about states and steps are exported. Leave it out."
                )
            found[name] = known[name]
            continue
        showing = {one.name: one for one in known.values() if name.upper() in one.shows and _can_be_said(one)}
        if not showing:
            hint = near(name, known, "properties")
            raise AskError(f"There is no property or requirement {name!r} about states or steps. {hint}")
        found |= showing
    return list(found.values())


def _can_be_said(found: Property) -> bool:
    return isinstance(found, (Always, Step))


def _one_of(word: str, known: Sequence[str], option: str, problem: str) -> None:
    if word not in known:
        raise AskError(f"{option} {word}: {problem}. Write {option} {f' or {option} '.join(known)}.")


# -- what is said of it in the text -----------------------------------------------------------------------------------


def _title(what: Wanted, chosen: Chosen) -> list[str]:
    """What the text is, at its top."""
    protocols = {MAIN: "The backup and restore protocol of the Hyper-V VSS writer", SMALL: "A small backup protocol"}
    vms = "any number of VMs" if what.vms is None else f"{what.vms} VM{'s' if what.vms > 1 else ''}"
    left_out = sorted(chosen.group.world.leaves_out)
    lines = [
        f"{protocols[what.protocol]}, with {vms}, {chosen.says}.",
        "Written by shadowproof export from the tables of its machines: change those, not this.",
        f"Assuming: {column_text(what.column)}.",
        f"What must hold: {', '.join(found.name for found in chosen.group.members)}.",
        "Machines and events that this does not depend on are left out, which changes nothing.",
    ]
    if left_out:
        lines.append(
            f"Left out as well: {', '.join(left_out)}. That may only add runs, so what holds here holds; see whether what is "
            "broken here is broken with everything: shadowproof explain PROPERTY."
        )
    if not what.every_configuration and what.target == PROMELA:
        lines.append(
            "Of configurations that nothing here tells apart, one stands for all: --all-configurations has each."
        )
    return [*lines, ""]


def _for_spin(starts: int) -> list[str]:
    """How to run it, and what SPIN will count."""
    return [
        "spin -a FILE",
        "gcc -O2 -DSAFETY -DNOREDUCE -o pan pan.c",
        "./pan -m10000000",
        "",
        "errors: 0 means that what must hold does, in every state and step of so many VMs. Else, for the run to the error:",
        "spin -t -p -g FILE",
        "",
        "How many states there are is not known here. SPIN stores 1 state more than there are with VMs told apart (counted by "
        "shadowproof count --apart): the one before a start is chosen. It counts as many transitions as there are steps, and "
        f"{starts + 1:,} more: that state, and the choice of each of the {starts:,} starts.",
    ]


def _for_solvers(what: Wanted) -> list[str]:
    """How to ask a solver, and what its answers mean."""
    return [
        "z3 FILE",
        "cvc5 --incremental --finite-model-find FILE",
        "",
        f"For each property and each number of steps up to {what.steps}: sat if a run of just so many steps breaks it.",
        "Proofs for any number of steps, as obligations: shadowproof prove --smtlib DIR",
        "",
    ]
