"""Placing on this node: the gazetteer and the stations of the database, handed to spatial.geocoding.

What does not belong here: the ladder of fixes itself, which is spatial.geocoding and knows no database.
"""
