"""How does one walk the protocol in a browser? The network as one document, an interpreter of the notation, and a page of both.

`document` writes the network as data (`export --to json`), by a published schema. `page/` has the interpreter in plain JavaScript
modules with types in JSDoc (`network` grounds and steps, `terms` judges, `search` looks for the shortest way, `ways` for what keeps a
promise and what leads to rest, `reasons` says why, `links` reads and writes links) and what is drawn with it; `assemble` makes one HTML
file of all that, which asks nobody for anything. `runs` has the runs that can be opened in it, recorded ones and those of cut sets;
`files` a file's.

The interpreter knows nothing of the protocol but the document, and shares no code with any other engine: it is one more.

Held by `tests/shadowproof/walk/test_document.py`, `test_interpreter.py` (counts, recorded runs, random runs, against the machines),
`test_interpreter_notices.py` (wrong interpreters), `test_ways.py`, `test_page.py` and, in a real browser, `test_browser.py`.
"""
