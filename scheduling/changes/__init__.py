"""After publication: swaps, time off, absences, offers, meetings and breaks moved, judged against cover and rules."""

from scheduling.changes.absence import Mended, mend_absence
from scheduling.changes.offers import offers
from scheduling.changes.placing import Placed, place
from scheduling.changes.situation import Answer, Situation
from scheduling.changes.swap import swap
from scheduling.changes.timeoff import time_off_request

__all__ = ["Answer", "Mended", "Placed", "Situation", "mend_absence", "offers", "place", "swap", "time_off_request"]
