"""Hotspots that were tested: Getis-Ord Gi* on the cells of a jurisdiction, as a job."""
