"""The page on public requesters: which promises each keeps and breaks in the model, and what would mend it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shadowproof.pages.layout import slug
from shadowproof.pages.overviews import markdown
from shadowproof.tell.requester import DECIDES, NOT_EXPRESSED, NOT_SHOWN, RECORDED, comparison

Told = Mapping[str, Any]


def page() -> str:
    """The page, of what `shadowproof requester --record` has kept."""
    several: list[Told] = json.loads(RECORDED.read_text("utf-8"))
    heading, *rows = comparison(several)
    blocks = [
        "# Public requesters",
        "Programs that call `IVssBackupComponents`, each as the table of its calls (conformance/requesters/examples), held against the "
        "protocol: the table is one more machine that takes part in what the requester does and allows only its own. "
        "`shadowproof requester NAME` says the same of one; `shadowproof requester --new` prints a table for one's own. This page is made "
        "from what `shadowproof requester --record` keeps.",
        "**To be fair:** the tables were read from published source, and nothing was run. Most of these programs do not set out to back up "
        "Hyper-V hosts. What is said follows in the model, in circumstances in which one thing goes wrong; it says nothing of how a "
        "program behaves. What breaks with the model's own requester, too, is held against nobody.",
        DECIDES,
        markdown(tuple(heading), [tuple(row) for row in rows]),
        *(block for told in several for block in section(told)),
        "## Not expressed, not shown",
        "\n".join(f"* {line}" for line in (*NOT_EXPRESSED, *NOT_SHOWN)),
    ]
    return "\n\n".join(blocks) + "\n"


def section(told: Told) -> Iterator[str]:
    facts = told["facts"]
    yield f"## {told['name']}"
    said = [
        f"{key}: {facts[key]}"
        for key in ("role", "version", "source", "context", "components", "status_read")
        if facts.get(key)
    ]
    said += [f"{key}: {line}" for key in ("certain", "inference", "fairness") for line in facts.get(key, ())]
    yield "\n".join(f"* {line}" for line in said)
    if told["duties_kept"]:
        yield f"**Does right.** {' '.join(told['duties_kept'])}"
    if told["keeps"]:
        yield f"Keeps in every circumstance: {', '.join(told['keeps'])}."
    for one in told["leaves_out"]:
        yield from _left_out(told, one)
    yield _safe(told)
    for promise, where in told["open"].items():
        yield f"Open: {promise}, where {'; or '.join(where)}."
    own = told["facts"].get("not_expressed")
    if own:
        yield f"Not expressed of it: {' '.join(own) if isinstance(own, list) else own}"


def _left_out(told: Told, one: Told) -> Iterator[str]:
    yield f"**Leaves out** ([{one['fault']}](readings-and-faults.md#{slug(one['fault'])})). {one['duty']}"
    yield "\n".join(
        f"* breaks {_linked(promise)} where {'; or '.join(where)}" for promise, where in one["breaks"].items()
    )
    vms = f"{one['vms']} VM{'s' if one['vms'] > 1 else ''}"
    story = "\n".join(one["story"])
    broken = told["promises"][one["promise"]]
    yield f'The shortest run, in its calls ({vms}; {one["where"]}):\n\n```text\n{story}\n```\n\nBroken: "{broken}" ({one["promise"]})'


def _linked(promise: str) -> str:
    return f"[{promise}](properties.md#{slug(promise)})"


def _safe(told: Told) -> str:
    if not told["leaves_out"]:
        return "**Nothing is broken that another requester would keep.**"
    if not told["safe_if"]:
        return "No change of the table was found that mends it."
    what = "; and ".join(told["safe_if"])
    return f"**Would be safe if** {what}." if told["mended"] else f"**Better, though something stays open, if** {what}."
