"""What promises become in a version: read without the rules that it does not have, left out where nothing is left of them, with why, and
its own. A file a version, called as the version's: LEFT_OUT, and promises as anywhere."""
