"""`flask ingest ...`: files into the database, and what was put aside."""

from flask.cli import AppGroup

ingest_cli = AppGroup(
    "ingest", help="Deliveries: files of FIRs, complaints, stays and incidents, and their quarantine."
)
