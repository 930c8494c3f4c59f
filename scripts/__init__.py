"""What the Makefile runs: set-up, finders, the test runner. Standard library only."""
