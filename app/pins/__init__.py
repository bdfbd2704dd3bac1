"""Pins: the station officer's desk, where records that the geocoder is unsure of are put in their place."""
