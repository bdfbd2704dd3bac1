"""Live: tells open screens that mass has changed, so that each asks again with its own rights."""
