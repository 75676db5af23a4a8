"""`python -m parakh`."""

from parakh.cli import main

main()
