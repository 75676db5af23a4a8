"""Pictures of second factors."""

import segno
from markupsafe import Markup


def qr_code(address: str) -> Markup:
    """An address as a QR code (ISO/IEC 18004), drawn in the page itself.

    In the page and not as a picture of its own, so that no cache between holds the secret.
    """
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)  # noqa: S704  (made by the library from modules, not from the text)
