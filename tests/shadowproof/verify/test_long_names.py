"""Names of 180 characters: pages keep their width, and each name is said in full, once."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from proofs.answers.record import Record
from proofs.answers.verdict import REFUTED, RunFound, Verdict
from proofs.world.scope import Scope
from proofs.world.world import Column
from shadowproof.host.kinds import kinds
from shadowproof.host.method_report import WIDTH
from shadowproof.outside.spelling import LONGEST, in_full, shortened
from shadowproof.verify.coverage import Covered
from shadowproof.verify.printing import print_verification
from shadowproof.verify.report import Verification
from tests.helpers.vms import DYNAMIC, in_detail, read_from, vhds, vm

LONG = "".join(f"{number:03}-database" for number in range(15))
OTHER = LONG[:-3] + "two"


def squeezed(text: str) -> str:
    """Without what wrapping puts in."""
    return "".join(text.split())


def test_the_middle_is_left_out() -> None:
    assert len(LONG) == 180
    assert (len(shortened(LONG)), shortened(LONG)[:6], shortened(LONG)[-8:]) == (LONGEST, LONG[:6], LONG[-8:])
    assert shortened(LONG) != shortened(OTHER)
    assert shortened("x" * LONGEST) == "x" * LONGEST
    assert in_full([LONG, "web", LONG]) == [f"{shortened(LONG)} is {LONG}"]


@pytest.mark.parametrize("more", [{}, vhds(DYNAMIC)])
def test_method_keeps_its_width(tmp_path: Path, more: dict[str, object]) -> None:
    text = in_detail(read_from(tmp_path, [vm(Name=LONG, **more), vm(Name="web")]))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert squeezed(text).count(LONG) == 1
    assert f"{shortened(LONG)}: " in text


def test_verify_keeps_its_width_and_says_each_name_once_in_full(tmp_path: Path) -> None:
    found = kinds(read_from(tmp_path, [vm(Name=LONG), vm(Name=OTHER, **vhds(DYNAMIC))]))
    column, name = Column(frozenset({"requester_vanishes"})), "no-vm-left-saved"
    run = RunFound((found[0].shape,), {}, (("backup_initialized", ()),))
    verdict = Verdict(name, column.name, REFUTED, "a run was replayed", run=run)
    host = Covered(found, {name: [verdict, verdict]})
    out = StringIO()
    done = Verification({column: [verdict]}, {column: Scope(vms=1)}, {column: 0.0}, Record({}), False, host)
    print_verification(done, Console(file=out, width=140))
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 140
    for one in (LONG, OTHER):
        assert squeezed(text).count(one) == 1
        assert f"{shortened(one)} is" in " ".join(text.split())
