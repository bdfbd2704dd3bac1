"""Control: the room that watches what comes in, how the feeds are, and what exceeds its usual number."""
