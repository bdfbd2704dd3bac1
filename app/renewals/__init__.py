"""Renewals: the one place where an officer lets a place stand on lists for longer than four weeks."""
