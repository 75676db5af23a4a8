"""What an officer does about a picture file that cannot be relied on: he chooses a better one.

At a gate the traveller is told to come closer; a file cannot.
"""

from parakh.domain.phrase import N_, Phrase, phrase
from parakh.faces import quality
from parakh.services.portraits import UnfitPicture

CHOICES: dict[str, str] = {
    quality.TOO_SMALL: N_("The face is too small: choose a larger picture of the face"),
    quality.TURNED: N_("The face is turned away: choose a picture from the front"),
    quality.NODDING: N_("The face looks up or down: choose a picture from the front"),
    quality.BLURRED: N_("The face is blurred: choose a sharper picture"),
    quality.TOO_DARK: N_("The face is too dark: choose a picture in even light"),
    quality.TOO_BRIGHT: N_("The face is too bright: choose a picture in even light"),
    quality.PICTURE_LIGHT[quality.TOO_DARK]: N_("The picture is too dark: choose another"),
    quality.PICTURE_LIGHT[quality.TOO_BRIGHT]: N_("The picture is too bright: choose another"),
    quality.SEVERAL_FACES: N_("There are several faces: choose a picture of this person alone"),
    quality.UNCERTAIN: N_(
        "The face is hard to detect: choose a picture in which nothing covers it"
    ),
    quality.UNCLEAR: N_("The face is hard to make out: choose a clearer picture from the front"),
}
"""By the reason's template."""


def choices(error: UnfitPicture) -> tuple[Phrase, ...]:
    """What to choose instead of the picture that was refused."""
    return tuple(
        phrase(CHOICES[own.template]) if own.template in CHOICES else own for own in error.reasons
    )
