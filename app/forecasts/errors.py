"""What can go wrong with a forecast, and the one setting that turns all forecasts off."""

from flask import current_app

from app.errors import BadRequest, Conflict, Forbidden, NotFound


class SwitchedOff(NotFound):
    """Forecasting is switched off on this server. Everything else works."""


class NoRun(NotFound):
    """There is no forecast here that you may see."""


class Expired(Conflict):
    """This forecast has expired. Ask for a new one: an old forecast must not steer today's patrols."""


class Paused(Conflict):
    """This forecast is paused: how its records are registered has changed, which cannot be told from crime."""


class NotADraft(Conflict):
    """Only a draft can be published."""


class NoOfficer(NotFound):
    """There is no account of this name that may publish forecasts."""


class NoSuchHead(BadRequest):
    """There is no crime head with this key, or its places are protected and are not forecast."""


class NoSuchShift(BadRequest):
    """A shift is night, day or evening."""


class NoSuchMethod(BadRequest):
    """The setting NAQSHA_FORECAST_METHODS names a method that there is not. There are: %(methods)s."""


class NotYours(Forbidden):
    """This area is not yours: ask for a forecast inside your own jurisdiction."""


class TooFarAhead(BadRequest):
    """Only the coming week, this week or a past one can be forecast."""


class NothingToForecast(Conflict):
    """There are too few reported records to forecast from."""


def check_on() -> None:
    """Refuse all work where the one setting has forecasting off.

    Raises
    ------
    SwitchedOff
    """
    if not current_app.extensions["naqsha.settings"].forecasting:
        raise SwitchedOff
