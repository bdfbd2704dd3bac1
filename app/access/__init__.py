"""Accounts, sign-in, sessions, API tokens, and the sealing of person data.  Roles stand in app/policy.py."""
