"""`python -m shadowproof`: the command."""

from shadowproof.cli import main

if __name__ == "__main__":
    main()
