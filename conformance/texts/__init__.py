"""What does a text say, in the machines of the model? Texts that people have when a backup has failed.

Takes files, or text; gives facts (a machine, the states it may be in, where that stands and in which words), and remarks: other
writers' lines, which are set aside by name; what lies outside the document, with what holds all the same; what is left open.

Better at saying little that is so than at saying much: a word that is not known for sure is left open. It does not tell two VMs of
one name apart, and takes a text for one of a single host.

Held by `tests/conformance/texts/test_writers.py`, `test_events.py`, `test_fuzz.py`.
"""
