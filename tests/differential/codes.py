"""The form that issued codes must have."""

import unicodedata

from signups import ALPHABET, is_valid_code


def check_form(code, label):
    """An issued code: eight random characters, or a word of the label and some more."""
    if not is_valid_code(code):
        return False
    if len(code) == 8 and set(code) <= ALPHABET:
        return True
    ascii_label = unicodedata.normalize("NFKD", label or "")
    words = "".join(c for c in ascii_label if not unicodedata.combining(c)).split()
    if not words:
        return False
    if not words[0].isascii():
        return True  # how other scripts are written in ASCII is left open
    stem = "".join(c for c in words[0] if c.isalnum()).upper()[:12]
    rest = code[len(stem):]
    return len(stem) >= 2 and code.startswith(stem) and len(rest) in (2, 3, 4, 6, 8) and set(rest) <= ALPHABET
