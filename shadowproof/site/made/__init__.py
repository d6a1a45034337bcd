"""How do the pages become a site? `build` hands them to Sphinx, for which a link that leads nowhere is an error; `trees` has Graphviz draw
what Mermaid would; `mended` mends what Sphinx leaves open.

Held by `tests/shadowproof/site/made/test_made.py`, in a browser, too.
"""
