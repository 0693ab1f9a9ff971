"""A second reading of the specification of forms, written from its text alone.

It shares no code, no table and no intermediate result with the Swift modules: where both agree on a
form, two independent readings agree. Python 3.11, numpy and Pillow as Debian 12 has them.
"""


class Wrong(Exception):
    """The form, the profile or the picture breaks a rule; the text says which."""
