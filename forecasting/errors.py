"""Errors of the forecasting wing: what went wrong, in words that a caller can show."""


class ForecastingError(Exception):
    """The forecast could not be made."""

    def __init__(self, message: str | None = None, **params: object) -> None:
        self.params = params
        super().__init__(message or (type(self).__doc__ or "").strip())


class NotFitted(ForecastingError):
    """This forecaster has not been fitted: call fit(cube) first."""


class TooShort(ForecastingError):
    """The cube holds no cell or no week to learn from."""


class WeekAlreadyKnown(ForecastingError):
    """The week asked for lies before the end of the training data: that would not be a forecast."""


class UnknownCell(ForecastingError):
    """The cell is not in the study area of this forecast."""


class UnknownMethod(ForecastingError):
    """No forecasting method of that name is registered."""


class ForbiddenColumn(ForecastingError):
    """A cube takes only cell, week, mass, known_at and category: places and times, never persons."""


class BadEvents(ForecastingError):
    """The event arrays do not fit together."""


class BadInput(ForecastingError):
    """The input file cannot be read."""


class BadBudget(ForecastingError):
    """A budget is a share of the area, above 0 and at most 1."""
