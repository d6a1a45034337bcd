"""How it is shown. Each wing answers one question, and its face (`__init__.py`) says what it takes and gives, what it is
better and worse at, and which tests hold it. A wing stands on those below it and knows none beside it; `pyproject.toml` has
the contract, and `tests/test_rooms.py` sees it refuse.

    mutants   would a wrong rule be noticed?      why       which few facts carry it?      export  the same for other tools
    verdicts  so what is the verdict?             solvers   do Z3 and cvc5 agree?
    counts    how many states are there?          many_vms  how many, of hundreds of VMs?
    search    what can a few VMs do?              views     what holds of any number?      sample  do random runs agree?
    answers   what is an answer, and is it known already?
    world     what is looked at?                  computer  what does this machine give?

The order in which a verdict asks (`verdicts/check.py`): what is kept (answers); closed sets of views, for any number of VMs
(views); searches of few VMs for the witness, for the shortest run of what views leave open, and for counts (search); both
once more, harder, for what is still open. Solvers confirm what views have shown, afterwards.
"""
