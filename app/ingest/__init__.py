"""Deliveries: files and calls become records, each bad row goes to quarantine with a reason, nothing is counted twice.

What does not belong here: how a place text becomes cells (spatial.geocoding) and how mass is stored (app.records.mass).
"""
