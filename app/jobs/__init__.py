"""The worker and its tasks: the only place that knows task code. Rooms defer by name through app.db.queue."""
