"""Typed models of every table but the queue's, for one-row reads and writes; sets are read by named SQL (ADR 1)."""

from app.db.models.access import (
    Account,
    AccountJurisdiction,
    ApiToken,
    LoginAttempt,
    Scope,
    SignIn,
    VisibleStation,
)
from app.db.models.audit import Entry, Seal
from app.db.models.base import Base
from app.db.models.desks import SavedView
from app.db.models.geocoding import LocalName, LocalNamePin, RedoRun
from app.db.models.mass import FixRow, Mass, Rollup, RollupDelta
from app.db.models.records import (
    Complaint,
    Delivery,
    Fir,
    FirSection,
    Hotel,
    Incident,
    Party,
    Quarantine,
    Record,
    RecordVersion,
    Stay,
)
from app.db.models.reference import (
    CategoryRule,
    Cell,
    CrimeHead,
    Ground,
    Jurisdiction,
    Place,
    PlaceName,
    ReferenceLoad,
    SectionRule,
    Source,
)
from app.db.models.runs import ForecastCell, ForecastRun, HotspotCell, HotspotRun, JobProgress

__all__ = [
    "Account",
    "AccountJurisdiction",
    "ApiToken",
    "Base",
    "CategoryRule",
    "Cell",
    "Complaint",
    "CrimeHead",
    "Delivery",
    "Entry",
    "Fir",
    "FirSection",
    "FixRow",
    "ForecastCell",
    "ForecastRun",
    "Ground",
    "HotspotCell",
    "HotspotRun",
    "Hotel",
    "Incident",
    "JobProgress",
    "Jurisdiction",
    "LocalName",
    "LocalNamePin",
    "LoginAttempt",
    "Mass",
    "Party",
    "Place",
    "PlaceName",
    "Quarantine",
    "Record",
    "RecordVersion",
    "RedoRun",
    "ReferenceLoad",
    "Rollup",
    "RollupDelta",
    "Scope",
    "SavedView",
    "Seal",
    "SectionRule",
    "SignIn",
    "Source",
    "Stay",
    "VisibleStation",
]
