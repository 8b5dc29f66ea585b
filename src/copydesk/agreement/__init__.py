"""Agreement among annotators: pure functions on a table of answers.

``measure`` gives everything at once; ``krippendorff_alpha`` and ``cohen_kappa`` stand alone.
"""

from copydesk.agreement.alpha import Alpha, Bootstrap, coincidences, krippendorff_alpha
from copydesk.agreement.annotators import Against, Pair, cohen_kappa
from copydesk.agreement.arms import Arms, Pull
from copydesk.agreement.disputed import Disputed
from copydesk.agreement.measure import Agreement, Annotator, Group, measure

__all__ = [
    "Against",
    "Agreement",
    "Alpha",
    "Annotator",
    "Arms",
    "Bootstrap",
    "Disputed",
    "Group",
    "Pair",
    "Pull",
    "cohen_kappa",
    "coincidences",
    "krippendorff_alpha",
    "measure",
]
