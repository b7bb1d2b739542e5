"""After publication: swaps, time off, absences, overtime and time off offered, judged against cover and rules."""

from scheduling.changes.absence import Mended, mend_absence
from scheduling.changes.offers import offers
from scheduling.changes.situation import Answer, Situation
from scheduling.changes.swap import swap
from scheduling.changes.timeoff import time_off_request

__all__ = ["Answer", "Mended", "Situation", "mend_absence", "offers", "swap", "time_off_request"]
