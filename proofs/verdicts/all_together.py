"""All faults together, any number of them and of VMs: what closed sets show there.

A promise that they show survives whatever combination of the faults happens. The sets have up to tens of millions of views, which takes
minutes; so what they show is kept with the hash of the protocol that it is of, and worked out anew when that has changed and it is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import proofs.answers
from model.notation.network import Network
from model.versions import option, suffix
from proofs.answers.column_cache import protocol_content
from proofs.verdicts.columns import ALL_FAULTS
from proofs.verdicts.known.carried import refuse_unless_more
from proofs.verdicts.suite import prove_in
from proofs.views.proof import Proof
from properties.catalogue import PROPERTIES
from properties.kinds import Always, Step

PATH = Path(proofs.answers.__file__).parent / f"all_faults{suffix()}.json"
SCHEMA = "shadowproof-all-faults/1"


class AllFaultsError(ValueError):
    """What is kept of all faults together cannot be read; the message names the file and the remedy."""


def prove_all(*, cache: Path | None = None, progress: Callable[[int, int], None] = lambda *_: None) -> dict[str, Proof]:
    """What closed sets show with all faults together, by property. progress: hears how many sets are closed, and of how many."""
    return dict(prove_in(ALL_FAULTS, cache=cache, closing_views=progress))


def dump(protocol: str, found: Mapping[str, Proof]) -> str:
    """As text, for `load`: a line a property, with whether it is shown, whether it may be exercised, and how many views there are.
    protocol: the hash of what it is shown of."""
    lines = [
        f"  {json.dumps(name)}: {json.dumps([one.holds, one.exercised, one.views])}"
        for name, one in sorted(found.items())
    ]
    shown = ",\n".join(lines)
    return f'{{\n"schema": "{SCHEMA}",\n"protocol": "{protocol}",\n"shown": {{\n{shown}\n}}\n}}\n'


def carried_over(more_runs: Network) -> dict[str, Proof]:
    """What is kept of a network that has all runs of today's, as far as it says something of fewer. Raises AllFaultsError, and
    ValueError if it has not."""
    refuse_unless_more(more_runs)
    kept = load(protocol_content(more_runs))
    return {name: one for name, one in kept.items() if one.holds and isinstance(PROPERTIES.get(name), Always | Step)}


def load(protocol: str, path: Path = PATH) -> dict[str, Proof]:
    """What is kept, by property; nothing, where it is of another protocol or nothing is kept. Raises AllFaultsError."""
    try:
        data = json.loads(path.read_text("utf-8"))
        if data["schema"] != SCHEMA or not isinstance(data["protocol"], str):
            raise ValueError("of another schema")
        found = {}
        for name, (holds, exercised, views) in data["shown"].items():
            if not (holds in {True, False} and exercised in {True, False} and isinstance(views, int)):
                raise ValueError(f"{name}: {[holds, exercised, views]}")
            found[name] = Proof(name, bool(holds), bool(exercised), views, cached=True)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise AllFaultsError(
            f"{path.name} cannot be read ({problem!r}). Restore it from version control, or make it anew: shadowproof accept{option()}."
        ) from None
    return found if data["protocol"] == protocol else {}
