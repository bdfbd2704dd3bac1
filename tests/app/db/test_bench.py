"""The bench itself: a fresh copy of the migrated template, whose rows the worker sees and whose roles exist."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests import factories


def test_each_module_has_the_reference_set_and_nothing_else(worker: Session) -> None:
    stations = worker.execute(text("SELECT count(*) FROM jurisdiction WHERE level = 'station'")).scalar_one()
    assert stations == 3
    assert worker.execute(text("SELECT count(*) FROM record")).scalar_one() == 0


def test_a_record_of_each_kind_carries_one_unit_of_mass(worker: Session) -> None:
    for kind in ("fir", "complaint", "stay", "incident"):
        made = factories.record(worker, kind)
        total = worker.execute(
            text("""SELECT sum(a.mass) FROM mass m, mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) a
                    WHERE m.record_id = :record"""),
            {"record": made},
        ).scalar_one()
        assert total == 1_000_000
