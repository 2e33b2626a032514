"""What a form says of an answer that cannot be read: our words for those of WTForms, in the reader's language.

WTForms has translations of its own, but calls things invalid, names its own insides, and lacks what is new in it.
"""

from matchmaker.base.i18n import mark, translate

_CHOICE = mark("Please choose one of the answers.")
_CHOICES = mark("Please choose among the answers.")
_NUMBER = mark("Please write a whole number, like 3.")

WORDS = {
    "This field is required.": mark("Please answer this."),
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "Invalid value, must be one of: %(values)s.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICES,
    "'%(value)s' is not a valid choice for this field.": _CHOICES,
    "Not a valid integer value.": _NUMBER,
}
OTHERS = mark("Please look at this answer again.")
"""For what no field of ours says."""


class FormWords:
    """What WTForms asks for the words of its messages; those of ours are never asked for here."""

    def gettext(self, message: str) -> str:
        """Our words for a message, in the locale in force."""
        return translate(WORDS.get(message, OTHERS))

    def ngettext(self, singular: str, plural: str, number: int) -> str:  # noqa: ARG002
        """The same of a message that counts."""
        return self.gettext(singular)
