"""The answer of `shadowproof diagnose` as a person reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from model.actors.writer import WriterState, writer_state
from model.facts import WRITER_NAME
from model.protocol import PROTOCOL
from shadowproof.tell.diagnosing.diagnosis import NO_FAULT, shows_no_failure

WIDTH = 118
Json = Mapping[str, Any]
_KINDS = (
    ("another writer's line", "Set aside"),
    ("outside the document", "Outside the document"),
    ("left open", "Left open"),
    ("time", "Timed"),
    ("note", "Beside it"),
)
_NOTHING = (
    f"Nothing here says how the {WRITER_NAME} or a VM stands, so nothing was put to the test. Give what vssadmin list writers prints on "
    "the host, entries of its Application or Hyper-V-VMMS log, or --see writer_state=FAILED_AT_POST_SNAPSHOT, say."
)


def text_of(told: Json) -> str:
    """The whole answer."""
    told = _places_in_short(told)
    lines = [*_facts(told["facts"]), *_remarks(told["remarks"]), *_body(told, told["cases"])]
    for case in told["cases"]:
        lines += ["", *_wrapped(f"If {case['condition']}:", ""), *(f"  {line}".rstrip() for line in _case(case, told))]
    if any(one["fits"] is not None or one["open"] for one in (told, *told["cases"])):
        lines += ["", *_wrapped("Not shown: " + " ".join(told["not_shown"]), "  ")]
    return "\n".join(lines) + "\n"


def _places_in_short(told: Json) -> Json:
    """Where all is from one file, its name is said nowhere but in the first line."""
    places = [
        one["place"]
        for one in (*told["facts"], *told["remarks"], *(f for case in told["cases"] for f in case["facts"]))
    ]
    files = {place.rpartition(":")[0] for place in places}
    if len(files) != 1 or not (name := files.pop()):
        return told
    found: Json = json.loads(json.dumps(told).replace(json.dumps(name)[1:-1] + ":", "line "))
    return found


def _wrapped(text: str, indent: str = "    ", first: str = "") -> list[str]:
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)


def _state(machine: str, state: str) -> str:
    """A state of a machine in its words, with its number where it has one that tools print."""
    meaning = PROTOCOL.actors[machine].enum[state].value
    if machine == writer_state.name:
        return f"[{WriterState[state].value}] {state}"
    return f"{state} ({meaning})" if isinstance(meaning, str) and len(meaning) < 70 else state


def _is(machine: str, states: Sequence[str]) -> str:
    name = machine.replace("_", " ")
    return f"{name} {' or '.join(_state(machine, one) for one in states)}"


def _facts(facts: Sequence[Json]) -> Iterator[str]:
    if facts:
        yield "Read:"
    for one in facts:
        whose = f"{one['of']}: " if one["of"] else ""
        when = "" if one["now"] else " (before)" if not one["weak"] else " (a hint)"
        yield from _wrapped(
            f"  {one['place']}: {whose}{_is(one['machine'], one['states'])}{when}, from: {one['said']}", "      "
        )


def _remarks(remarks: Sequence[Json]) -> Iterator[str]:
    for kind, heading in _KINDS:
        chosen = [one for one in remarks if one["kind"] == kind]
        if chosen:
            yield f"{heading}:"
        held = set[str]()
        for one in chosen:
            holds = f". {one['holds']}" if one["holds"] and one["holds"] not in held else ""
            held.add(one["holds"])
            yield from _wrapped(f"  {one['place']}: {one['says']}{holds}", "      ")


def _body(told: Json, cases: Sequence[Json]) -> Iterator[str]:
    if told["fits"] is None and not told["open"]:
        if not cases:
            yield ""
            yield from _wrapped(_NOTHING, "")
        return
    yield ""
    if told["seen"]["logged"]:
        yield from _wrapped("This is about the moment that the entries tell of, not about now.", "")
    yield from _found(told)


def _case(case: Json, told: Json) -> Iterator[str]:
    yield from _facts(case["facts"])
    if case["situations"] and _fitting(case) == _fitting(told):
        yield "The same situations fit as above, and the same explains them."
        return
    yield from _found(case)


def _fitting(told: Json) -> list[tuple[str, frozenset[str]]]:
    return [(one["says"], frozenset(each["name"] for each in one["explanations"])) for one in told["situations"]]


def _found(told: Json) -> Iterator[str]:
    if told["fits"] is False:
        yield from _no_run(told)
        return
    yield from _fits(told)
    if told["open"]:
        yield from [""] if told["situations"] else []
        yield "Neither excluded nor shown by a run of one VM, or of two that run (--thorough looks further):"
    for one in told["open"]:
        names = _names([column["name"] for column in one["columns"]])
        yield from _wrapped(f"  {one['says']} (with {names})", "    ")


def _fits(told: Json) -> Iterator[str]:
    found, full = told["situations"], told["in_full"]
    if not found:
        return
    if shows_no_failure(told["seen"], found[0]["explanations"][0]["name"]):
        yield from _wrapped(_NO_FAILURE, "")
    many = f"{len(found)} situations fit" if len(found) > 1 else "One situation fits"
    two = "; each needs two things at once" if told["widened"] else ""
    yield f"{many}{', the likelier first' if len(found) > 1 else ''}{two}:"
    told_before = Before()
    for at, one in enumerate(found[:full], 1):
        yield ""
        yield from _situation(at, one, told_before, told)
    if len(found) > full:
        yield ""
        yield "Less likely:"
        for at, one in enumerate(found[full:], full + 1):
            best = one["explanations"][0]
            yield from _wrapped(f"{at}. {one['says']} ({best['name']}, {_size(best)})", "   ")


_NO_FAILURE = (
    "What was read shows no failure: it is so in a session without a fault, too, and says nothing of the writer. vssadmin list writers, "
    "or an entry of the Application log, would."
)


class Before(dict[object, int]):
    """What is told already, and of which situation."""

    def where(self, what: object, at: int) -> int | None:
        """The situation before this one of which the same is told; None: it is new."""
        first = self.setdefault(what, at)
        return first if first != at else None


def _size(run: Json) -> str:
    steps, vms = run["steps"], run["vms"]
    return f"{steps} step{'' if steps == 1 else 's'}{f' with {vms} VMs' if vms > 1 else ''}"


def _situation(at: int, one: Json, before: Before, told: Json) -> Iterator[str]:
    yield from _wrapped(f"{at}. {one['says']}", "   ")
    yield from _explanations(at, one, before, told["widened"])
    yield from _left(at, one, before)
    if one["advice"] is not None:
        yield from _advice(one["advice"], before, writer_state.name in told["seen"]["host"])
    if one["question"] is not None:
        yield from _question(at, one["question"], before)
    yield from _stories(one["explanations"])


def _explanations(at: int, one: Json, before: Before, widened: bool) -> Iterator[str]:
    found = one["explanations"]
    if found[0]["name"] == NO_FAULT:
        yield from _wrapped(f"It needs no fault: a run without one leads to it, in {_size(found[0])}.", "   ", "   ")
    else:
        yield from _by_faults(at, found, before, widened)
    if one["unseen"]:
        names = ", ".join(column["name"] for column in one["unseen"])
        first = before.where(names, at)
        told = names if first is None else f"as in {first}"
        yield from _wrapped(
            f"Not excluded, but without a run so far (--thorough looks for one): {told}.", "     ", "   "
        )


def _stories(explanations: Sequence[Json]) -> Iterator[str]:
    """Last, since they are long: what to do is read first."""
    for each in explanations:
        if each["story"] and each["steps"]:
            yield from _wrapped(f"The shortest run to it with {each['name']}:", "     ", "   ")
            yield from (f"     {line}".rstrip() for line in each["story"])


def _by_faults(at: int, found: Sequence[Json], before: Before, widened: bool) -> Iterator[str]:
    """What explains a situation. Where the text speaks for some of it, the rest is named."""
    first = before.where(frozenset(each["name"] for each in found), at)
    if first is not None:
        names = ", ".join(f"{each['name']} ({_size(each)})" for each in found)
        yield from _wrapped(f"Explained as in {first}, by: {names}.", "     ", "   ")
        return
    many = f", each {'pair ' if widened else ''}by itself" if len(found) > 1 else ""
    all_supported = len(found) > 1 and all(each["supported"] for each in found)
    support = " (what the log has from before is in the run of each)" if all_supported else ""
    yield f"   Explained{many}, by{support}:"
    spoken = any(each["timed"] > 0 for each in found)
    for each in found:
        if spoken and each["timed"] <= 0:
            continue
        support = ", and what the log has from before is in its run" if each["supported"] and not all_supported else ""
        support += _TIMED[each["timed"]]
        yield from _wrapped(f"     {each['name']} ({_size(each)}{support}): {' '.join(each['says'])}", "         ")
    rest = [f"{each['name']} ({_size(each)}{_TIMED[each['timed']]})" for each in found if spoken and each["timed"] <= 0]
    if rest:
        yield from _wrapped(f"     of which the text says nothing: {', '.join(rest)}", "         ")


_TIMED = {1: "; what the text says of it fits", 0: "", -1: "; the times speak against it"}


def _left(at: int, one: Json, before: Before) -> Iterator[str]:
    every = [each["name"] for each in one["explanations"]]
    may, only, cannot = list[str](), list[str](), list[str]()
    for left in one["left"]:
        if left["within"]:
            some = left["within"]
            may.append(left["what"] if len(some) == len(every) else f"{left['what']} (with {_names(some)})")
        elif left["elsewhere"]:
            only.append(f"{left['what']} (with {_names(left['elsewhere'])})")
        else:
            cannot.append(left["what"])
    for heading, told in (("May be left", may), ("Only if more has gone wrong", only), ("Cannot be", cannot)):
        if told:
            first = before.where((heading, *told), at)
            yield from _wrapped(
                f"{heading}: {'; '.join(told)}." if first is None else f"{heading}: as in {first}.", "     ", "   "
            )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" or {len(names) - 4} more" if len(names) > 4 else "")


def _advice(advice: Json, before: Before, shows: bool) -> Iterator[str]:
    """shows: whether the writer's state was seen."""
    worst = (
        f"from the worst of it (a VM is saved by the writer; {advice['column']}, {_size(advice)})"
        if advice["at_stake"]
        else "from here"
    )
    way = advice["way"]
    if way is None:
        yield from _wrapped(f"To rest: no way is known to the document {worst}.", "     ", "   ")
    elif not way:
        stays = (
            " What the writer shows stays until the next session identifies the writers, or the service restarts."
            if shows
            else ""
        )
        yield from _wrapped(f"To rest: nothing is to be undone.{stays}", "     ", "   ")
    else:
        yield from _wrapped(f"To rest, {worst}:", "     ", "   ")
        yield from _way(way)
    if advice["never"]:
        yield "   Must not happen now, for afterwards no such way is left:"
    for one in advice["never"]:
        means = f" {one['means']}" if one["means"] and one["fault"] not in before else ""
        before[one["fault"]] = 0
        yield from _wrapped(f"     {one['fault']}: {one['says']}{means}", "         ")


def _way(way: Sequence[Json]) -> Iterator[str]:
    by_itself: list[str] = []
    for move in [*way, None]:
        if move is not None and move["by"] == "itself":
            by_itself.append(move["event"])
            continue
        if by_itself:
            yield from _wrapped(f"     by itself: {', '.join(by_itself)}", "         ")
            by_itself = []
        if move is not None:
            vm = f" (VM {move['vm'] + 1})" if move["vm"] is not None else ""
            yield from _wrapped(f"     {move['by']}{vm}: {move['says']} ({move['event']})", "         ")


def _question(at: int, question: Json, before: Before) -> Iterator[str]:
    first = before.where(json.dumps(question, sort_keys=True), at)
    if first is not None:
        yield f"   To tell these apart: as in {first}."
        return
    yield from _wrapped(f"To tell these apart look at {question['what']}: {question['command']}", "     ", "   ")
    for answer in question["answers"]:
        states = " or ".join(answer["states"]) or "(nothing to be seen)"
        yield from _wrapped(f"     {states}: {', '.join(answer['columns'])}", "         ")


def _no_run(told: Json) -> Iterator[str]:
    two = ", or with two of these at once" if told["widened"] else ""
    yield from _wrapped(
        f"No run of the model shows this, with any number of VMs: without a fault, or with one fault or one other reading{two}. That is a "
        "finding about the model, the product, or the text.", "",
    )  # fmt: skip
    if not told["nearest"]:
        yield "No two facts less would make it fit."
    for near in told["nearest"]:
        dropped = "; ".join(f"{one['place']}: {_is(one['machine'], one['states'])}" for one in near["dropped"])
        instead = "; ".join(
            _is(machine, states[:4]) + (" or others" if len(states) > 4 else "")
            for machine, states in near["instead"].items()
        )
        columns = ", ".join(column["name"] for column in near["columns"])
        why = f" It is not reached because {'; '.join(near['why'])}." if near["why"] else ""
        rest = f" All the rest fits with {columns}: then {instead}." if len(told["facts"]) > 1 else ""
        yield from _wrapped(f"  Contradicts: {dropped}.{why}{rest}", "      ")
