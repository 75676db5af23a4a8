"""What the traveller should do so that the next picture is better, in a few large words."""

from parakh.domain.face import Quality
from parakh.domain.phrase import N_, Phrase, phrase
from parakh.faces import quality

INSTRUCTIONS: dict[str, str] = {
    quality.NO_FACE.template: N_("Look into the camera"),
    quality.SEVERAL_FACES: N_("One person at a time"),
    quality.TOO_SMALL: N_("Come closer"),
    quality.TURNED: N_("Look straight ahead"),
    quality.NODDING: N_("Raise or lower your head, look straight ahead"),
    quality.BLURRED: N_("Hold still"),
    quality.TOO_DARK: N_("Turn to the light"),
    quality.TOO_BRIGHT: N_("Step out of the bright light"),
    quality.PICTURE_LIGHT[quality.TOO_DARK]: N_("Turn to the light"),
    quality.PICTURE_LIGHT[quality.TOO_BRIGHT]: N_("Step out of the bright light"),
    quality.UNCERTAIN: N_("Uncover your face"),
    quality.UNCLEAR: N_("Uncover your face, hold it upright"),
}
"""By the reason's template; the first reason that the traveller can mend is said."""


def instruction(value: Quality) -> Phrase | None:
    """What to tell the traveller; None when the picture is fit, or nothing he does would help."""
    known = (INSTRUCTIONS.get(reason.template) for reason in value.reasons)
    return next((phrase(own) for own in known if own), None)
