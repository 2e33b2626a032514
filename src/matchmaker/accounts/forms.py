"""Forms about accounts."""

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from matchmaker.accounts.rules import NAME_LENGTH, PASSWORD_LENGTH, InvalidAddress, canonical_address
from matchmaker.base.i18n import gettext, lazy, mark
from matchmaker.web.forms import LANGUAGE_CHOICES, AtMost, BaseForm, one_line


def check_address(form: BaseForm, field: StringField) -> None:  # noqa: ARG001
    """A WTForms validator: the field holds an e-mail address; its data becomes the canonical form."""
    try:
        canonical_address(field.data or "")
    except InvalidAddress as error:
        raise ValidationError(
            gettext("This does not look like an e-mail address. Example: camille@example.org")
        ) from error


def address_field(label: str, *, required: bool = True) -> StringField:
    """A field for an e-mail address."""
    first = DataRequired(lazy("Please write your e-mail address.")) if required else Optional()
    return StringField(
        label,
        [first, AtMost(254), check_address],
        filters=[one_line],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email"},
    )


def first_name_field() -> StringField:
    """A field for a first name."""
    return StringField(
        lazy("First name"),
        [
            DataRequired(lazy("Please write your first name.")),
            AtMost(NAME_LENGTH),
        ],
        filters=[one_line],
        render_kw={"autocomplete": "given-name"},
    )


def language_field() -> SelectField:
    """A field for the language of pages and letters."""
    return SelectField(lazy("Language"), choices=LANGUAGE_CHOICES)


class SignInForm(BaseForm):
    """Sign in by an address and a password; without a password a link is mailed."""

    address = address_field(lazy("E-mail address"))
    password = PasswordField(
        lazy("Password"), [AtMost(PASSWORD_LENGTH[1])], render_kw={"autocomplete": "current-password"}
    )


class NewAccountForm(BaseForm):
    """Open an account with no profile, to found or join a group."""

    first_name = first_name_field()
    address = address_field(lazy("E-mail address"))
    locale = language_field()


class NewcomerForm(BaseForm):
    """Who accepts an invitation, when the address has no account yet."""

    first_name = first_name_field()
    locale = language_field()


class AccountForm(BaseForm):
    """Change name and language."""

    first_name = first_name_field()
    locale = language_field()


WRONG_PASSWORD = mark("This is not your password. If you do not know it, sign out and sign in by a link.")


def current_password_field() -> PasswordField:
    """A field for the password that an account has."""
    return PasswordField(
        lazy("Current password"),
        [AtMost(PASSWORD_LENGTH[1])],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(BaseForm):
    """Choose a password; who has one says it first, in ``current``."""

    current = current_password_field()

    password = PasswordField(
        lazy("New password"),
        [
            InputRequired(lazy("Please choose a password.")),
            Length(
                min=PASSWORD_LENGTH[0],
                max=PASSWORD_LENGTH[1],
                message=lazy("Between %(min)d and %(max)d characters."),
            ),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class AddressForm(BaseForm):
    """Sign in with another address; who has a password says it."""

    address = address_field(lazy("New e-mail address"))
    current = current_password_field()


class LanguageForm(BaseForm):
    """The language switch."""

    locale = SelectField(choices=LANGUAGE_CHOICES)
