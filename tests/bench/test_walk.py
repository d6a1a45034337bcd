"""The budgets of the page that walks the protocol: what is measured is held against them by its median, and sizes are within them."""

from __future__ import annotations

import gzip

from bench.walk import Row, sizes
from shadowproof.walk.assemble import page
from shadowproof.walk.document import protocol_document
from shadowproof.walk.runs import opened, usual_link


def test_a_budget_is_met_by_the_median() -> None:
    assert Row("first load", 300, "ms", [290, 300, 900]).met
    assert not Row("first load", 300, "ms", [100, 301, 302]).met


def test_the_sizes_of_the_page_and_of_the_document_are_within_their_budgets() -> None:
    text = page(protocol_document(), opened(usual_link()))
    found = list(sizes(text))
    assert [row.budget for row in found] == [450, 90, 300, 60]
    assert [row.what for row in found if not row.met] == []
    assert found[1].samples == [len(gzip.compress(text.encode(), 9)) / 1000]
