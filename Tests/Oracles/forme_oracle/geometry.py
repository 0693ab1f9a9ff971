"""Where a picture stands on the device: sizes and offsets in exact fractions."""

from dataclasses import dataclass
from fractions import Fraction

from . import Wrong


@dataclass(frozen=True)
class Placement:
    """All in pixels of the form. The scaled picture may stick out of the window."""

    turn: int  # degrees clockwise, before scaling
    scaled: tuple  # width, height
    offset: tuple  # of the scaled picture's left top corner, in the form
    window: tuple  # left, top, right, bottom: where the picture may show
    form: tuple  # width, height


def half_up(value):
    """The nearest integer, halves upward, at least 1."""
    return max(1, (Fraction(value) + Fraction(1, 2)).__floor__())


def _shown_turned(width, height, frame, dots):
    """True when the picture, turned by 90°, fills more of the frame."""

    def scale(w, h):
        return min(Fraction(frame[0], w * dots[0]), Fraction(frame[1], h * dots[1]))

    return scale(height, width) > scale(width, height)


def place(profile, width, height):
    """Places a picture of `width` × `height` (after its own orientation)."""
    left, top, right, bottom = profile.margins
    frame_width = profile.width - left - right
    frame_height = profile.height - top - bottom
    if frame_width < 1 or (frame_height < 1 and not profile.is_roll):
        raise Wrong("profile: the margins leave nothing")
    dots = profile.dpi if profile.dpi != (0, 0) else (1, 1)

    turn = profile.rotate
    if turn == "auto":
        turned = not profile.is_roll and _shown_turned(
            width, height, (frame_width, frame_height), dots
        )
        turn = 90 if turned else 0
    if turn in (90, 270):
        width, height = height, width

    # In the device's dots a picture that keeps its shape is width·x by height·y, times a scale.
    wide, high = width * dots[0], height * dots[1]
    fill_width = Fraction(frame_width, wide)
    fill_height = Fraction(frame_height, high)
    if profile.mode == "none":
        scaled = (width, height)
    elif profile.mode == "stretch" and not profile.is_roll:
        scaled = (frame_width, frame_height)
    else:
        if profile.is_roll:
            scale = fill_width
        elif profile.mode == "cover":
            scale = max(fill_width, fill_height)
        else:
            scale = min(fill_width, fill_height)
        if profile.mode == "shrink":
            # Enlarged in neither direction.
            scale = min(scale, Fraction(1, max(dots)))
        scaled = (half_up(wide * scale), half_up(high * scale))

    if profile.is_roll:
        frame_height = scaled[1]
    form = (profile.width, frame_height + top + bottom)
    if form[1] > 65535:
        raise Wrong(f"the roll would have {form[1]} rows, at most 65535 are allowed")

    def offset(free, low, high):
        if low in profile.gravity:
            return 0
        return free if high in profile.gravity else free // 2

    x = left + offset(frame_width - scaled[0], "west", "east")
    y = top + offset(frame_height - scaled[1], "north", "south")
    window = (left, top, left + frame_width, top + frame_height)
    return Placement(turn, scaled, (x, y), window, form)
