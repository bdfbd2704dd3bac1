"""Placing on this node: names and stations handed to spatial.geocoding, local names learned, places asked for.

What does not belong here: the ladder of fixes itself, which is spatial.geocoding and knows no database.
"""
