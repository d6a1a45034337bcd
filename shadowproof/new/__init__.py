"""How does somebody begin who wants to add something? `stubs` has, for each kind of thing, what is put where, with its test; `source`
puts it there, by the syntax of the file and not by its text; `write` has the result formatted and loaded, and writes all of it or none.

What a person has to say stands in a stub as FILL IN, and `tests/test_fill_in.py` fails until nothing of that is left. Held by
`tests/shadowproof/new/test_new.py`.
"""
