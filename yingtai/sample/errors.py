"""What can go wrong with the sample, and what to do about it."""

from yingtai.kernel.errors import ProductError


class CameThroughOtherDoor(ProductError):
    code = "sample.came-through-other-door"
    title = "The sample is here already, and came through the other door"
    remedy = "Load it through the same door again, or into an empty installation: set YINGTAI_HOME to a new folder."
    status = 409
