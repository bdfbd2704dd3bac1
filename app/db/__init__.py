"""The database: the private cluster, sessions, typed models, the queue and the named SQL paragraphs."""
