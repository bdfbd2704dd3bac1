"""The chain of seals: each line's hash holds the one before, so that none can be changed, taken out or moved unseen.

One sealer at a time numbers the lines after their commit, without a gap.  The last seal is also kept outside the
database, in the instance folder: whoever can write only the database cannot cut off its end.  Print it now and then
(`flask audit verify` shows it), and not even the machine's administrator can.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.db.named import sql

START = b"\x00" * 32
_CHUNK = 5_000
#: Lines whose ids lie this far behind the last sealed one may still commit; `seal(..., everything=True)` looks at all.
_BEHIND = 100_000


@dataclass(frozen=True)
class Verdict:
    """What a verification found: `fault` names the first bad entry, and is empty where the chain holds."""

    sealed: int
    head: bytes
    waiting: int
    fault: str = ""


def canonical(number: int, row: Any) -> bytes:
    """Give the one spelling of a line that is hashed: JSON with sorted keys, times in UTC to the microsecond."""
    line = {
        "number": number,
        "id": row.id,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "account_id": row.account_id,
        "action": row.action,
        "object": row.object,
        "object_id": row.object_id,
        "reason": row.reason,
        "detail": row.detail,  # as PostgreSQL writes it: jsonb has one spelling
    }
    return json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def link(previous: bytes, number: int, row: Any) -> bytes:
    """Give the hash of a line upon the hash before it."""
    return hashlib.sha256(previous + canonical(number, row)).digest()


def seal(session: Session, *, everything: bool = False) -> tuple[int, int, bytes]:
    """Seal what has been committed, as the worker; give how many lines, the last number and its hash.

    The caller commits, then calls `keep_head`.  Where another process seals, nothing is done.
    """
    head = session.execute(sql("audit.head")).first()
    number, previous = (head.number, bytes(head.hash)) if head else (0, START)
    if not session.execute(sql("audit.lock")).scalar():
        return 0, number, previous
    head = session.execute(sql("audit.head")).first()  # another sealer may have committed before the lock
    number, previous = (head.number, bytes(head.hash)) if head else (0, START)
    count, after = 0, 0
    newest = session.execute(sql("audit.newest")).scalar_one()
    behind = newest if everything else _BEHIND
    while True:
        asked = {"after": after, "newest": newest, "behind": behind, "limit": _CHUNK}
        rows = session.execute(sql("audit.unsealed"), asked).all()
        if not rows:
            return count, number, previous
        hashes = [previous]
        for place, row in enumerate(rows, start=number + 1):
            hashes.append(link(hashes[-1], place, row))
        seals = {
            "numbers": list(range(number + 1, number + 1 + len(rows))),
            "entries": [row.id for row in rows],
            "previous": hashes[:-1],
            "hashes": hashes[1:],
        }
        session.execute(sql("audit.seal"), seals)
        number, previous, after = number + len(rows), hashes[-1], rows[-1].id
        count += len(rows)


def verify(session: Session, kept: tuple[int, bytes] | None = None) -> Verdict:
    """Recompute the chain and name the first entry that does not hold.

    Parameters
    ----------
    session : Session
        The worker's.
    kept : tuple of int and bytes, optional
        Number and hash of the last seal that is kept outside the database.
    """
    number, previous, known = 0, START, kept is None or kept[0] == 0
    fault = ""
    while not fault:
        rows = session.execute(sql("audit.sealed"), {"after": number, "limit": _CHUNK}).all()
        if not rows:
            break
        for row in rows:
            fault = _fault(row, number + 1, previous)
            if fault:
                break
            number, previous = row.number, bytes(row.hash)
            if kept is not None and number == kept[0]:
                known = True
                if previous != kept[1]:
                    fault = f"seal {number} (entry {row.entry_id}) is not the one kept outside: the log was rewritten"
                    break
    if not fault and not known and kept is not None:
        fault = f"seal {number + 1} is missing: {kept[0]} were sealed; the end was cut off or rolled back"
    waiting, _since = session.execute(sql("audit.waiting")).one()
    return Verdict(number, previous, waiting, fault)


def _fault(row: Any, expected: int, previous: bytes) -> str:
    if row.number != expected:
        return f"seal {expected} is missing: the next is {row.number} (entry {row.entry_id})"
    if bytes(row.previous) != previous:
        return f"seal {row.number} (entry {row.entry_id}) does not follow the one before it"
    if row.id is None:
        return f"entry {row.entry_id} (seal {row.number}) was deleted"
    if link(previous, row.number, row) != bytes(row.hash):
        return f"entry {row.entry_id} (seal {row.number}) was changed or moved"
    return ""


def head_path(instance: Path, database_name: str) -> Path:
    """Give where the last seal of a database is kept."""
    return instance / f"audit-head-{database_name}.json"


def keep_head(path: Path, number: int, head: bytes) -> None:
    """Keep the last seal outside the database, never an earlier one than is kept."""
    found = kept_head(path)
    if found is not None and found[0] >= number:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps({"number": number, "hash": head.hex(), "at": datetime.now(UTC).isoformat()}))
    os.replace(part, path)


def kept_head(path: Path) -> tuple[int, bytes] | None:
    """Give the last seal that is kept outside the database; None where none is."""
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return int(found["number"]), bytes.fromhex(found["hash"])
