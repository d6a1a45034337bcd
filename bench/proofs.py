"""Time the proofs for any number of VMs, from cold: the column without faults with both solvers, and the matrix by views.

Prints one JSON object: seconds, counts, versions. Run it with `make bench`.
"""

from __future__ import annotations

import json
import os
import sys
import time

import joblib

from model.notation import Network
from proofs.cache import versions
from proofs.columns import BASE, every_column
from proofs.confirm import confirm, tasks
from proofs.prove import prove
from proofs.slices import as_asked
from proofs.world import Column
from properties.catalogue import PROPERTIES, watched
from properties.kinds import Fact, Property


def by_views(column: Column) -> tuple[int, int]:
    """How many properties of a column views show, and how many they leave open (or refuted)."""
    by_network: dict[Network, list[Property]] = {}
    for found in PROPERTIES.values():
        if not isinstance(found, Fact):
            network, asked = as_asked(found, watched(None))
            by_network.setdefault(network, []).append(asked)
    proofs = [proof for network, asked in by_network.items() for proof in prove(network, column, asked).values()]
    return sum(proof.holds for proof in proofs), sum(not proof.holds for proof in proofs)


def main() -> None:
    """Measure and print."""
    begun = time.perf_counter()
    sets = confirm(tasks(BASE, list(PROPERTIES)))
    base = time.perf_counter() - begun
    begun = time.perf_counter()
    columns = every_column()
    matrix = joblib.Parallel(n_jobs=-1)(joblib.delayed(by_views)(column) for column in columns)
    every = time.perf_counter() - begun
    result = {
        "cores": os.cpu_count(),
        "versions": dict(versions()),
        "no_fault_with_solvers": {
            "seconds": round(base, 1),
            "closed_sets": len(sets),
            "views": sum(one.views for one in sets),
            "obligations": sum(one.obligations for one in sets),
            "open": sum(len(one.open) for one in sets),
            "solver_seconds": {s: round(sum(one.seconds[i] for one in sets), 1) for i, s in enumerate(sets[0].solvers)},
        },
        "matrix_by_views": {
            "seconds": round(every, 1),
            "columns": len(columns),
            "shown": sum(one[0] for one in matrix),
            "open": sum(one[1] for one in matrix),
        },
    }
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
