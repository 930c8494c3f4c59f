"""What Fairway does for a citizen: custom actions, the council's systems, and a sandbox council."""
