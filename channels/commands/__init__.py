"""The sub-commands of ``fairway``, one file each."""
