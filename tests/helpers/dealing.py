"""Tests dealt out to several workers: those of a file go to one, for what one of them works out is there for the next."""

from __future__ import annotations

from collections import defaultdict

LONGEST = (
    "proofs/computer/test_garbage.py",
    "sampled/test_sampled.py", "wrong_protocols/test_spin_refutes.py", "proofs/export/test_promela.py",
    "shadowproof/site/made/test_made.py", "shadowproof/walk/test_browser.py",
    "shadowproof/test_sweep.py", "proofs/views/test_family.py", "proofs/mutants/test_judge.py",
    "proofs/answers/test_memory.py", "proofs/verdicts/test_cluster.py", "proofs/solvers/test_symbolic.py",
    "shadowproof/verify/test_coverage.py", "proofs/verdicts/test_cuts.py", "proofs/verdicts/test_shares.py",
    "proofs/why/test_table.py", "shadowproof/verify/loop/test_touched.py", "shadowproof/tell/test_why.py",
    "conformance/agents/qemu_ga/test_lockstep.py", "conformance/agents/hv_vss/test_lockstep.py",
    "conformance/agents/fsrvp/test_lockstep.py",
    "shadowproof/test_stopping.py", "shadowproof/test_suite.py",
    "shadowproof/host/test_kinds.py", "shadowproof/test_contributing.py", "wrong_protocols/test_three_vms.py",
    "shadowproof/site/test_tutorial.py", "shadowproof/verify/loop/test_watch.py", "shadowproof/verify/test_verify.py",
    "wrong_protocols/test_two_disks.py", "shadowproof/test_mutate.py", "bench/test_spin.py",
    "proofs/counts/test_visit.py", "shadowproof/test_hostile.py", "wrong_protocols/test_refuted_by_proof.py",
    "proofs/views/test_views_against_searches.py", "proofs/export/test_spin_agrees.py", "sampled/test_attacks.py",
)  # fmt: skip
"""Files that take long. They are begun first: one that is begun last is waited for. Before all of them, what looks at every object that
there is, while there are few."""

APART = ("wrong_protocols/test_wrong_protocols.py",)
"""Files of many tests that have nothing in common: each goes to whoever is free, last of all."""

TOGETHER = {
    "conformance/test_diagnosis.py": "what is possible", "conformance/test_possible.py": "what is possible",
    "shadowproof/tell/diagnosing/test_diagnose.py": "what is possible",
    "shadowproof/test_docs.py": "pages", "shadowproof/duties/test_duties.py": "pages",
    "shadowproof/test_sweep.py": "a cluster", "proofs/verdicts/test_cluster.py": "a cluster",
}  # fmt: skip
"""Files that ask for the same, which is worked out, or loaded, once."""


def file_of(nodeid: str) -> str:
    """The file that a test stands in, below the folder of tests."""
    return nodeid.partition("::")[0].removeprefix("tests/")


def unit_of(nodeid: str) -> str:
    """What is dealt out as a whole: a file, files that belong together, or a test that stands apart."""
    file = file_of(nodeid)
    return nodeid if file in APART else TOGETHER.get(file, file)


def begun(file: str) -> int:
    """When the tests of a file are begun: the longest files first, what stands apart last."""
    last = len(LONGEST) + 1
    return last if file in APART else LONGEST.index(file) if file in LONGEST else last - 1


class Dealt:
    """Where tests were run. Dealing hangs on the tool that does it: if that changes, every file is worked out on every worker, and
    nobody sees why it takes twice as long."""

    def __init__(self) -> None:
        self._workers: defaultdict[str, set[str]] = defaultdict(set)

    def ran(self, nodeid: str, worker: str) -> None:
        self._workers[unit_of(nodeid)].add(worker)

    def torn(self) -> list[str]:
        """What was not run as a whole."""
        return sorted(unit for unit, workers in self._workers.items() if len(workers) > 1)
