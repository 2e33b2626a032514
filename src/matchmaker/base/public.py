"""What may not be as soon as others reach the service."""

from matchmaker.base.settings import LOCAL_HOSTS, PREFIX, Settings, SettingsError

FEWEST_SIGNS = 10
"""Different characters in a key that nobody made by leaning on the keyboard."""


def check_public(settings: Settings) -> None:
    """Raise SettingsError for what is unsafe as soon as others reach the service: each line says what to set."""
    lines = []
    if len(set(settings.secret_key.get_secret_value())) < FEWEST_SIGNS:
        draw = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        lines.append(f"{PREFIX}SECRET_KEY: is easy to guess; draw one by {draw}")
    if settings.base_url.host not in LOCAL_HOSTS:
        if not settings.secure:
            lines.append(
                f"{PREFIX}BASE_URL: must begin with https:// where others reach it: a proxy with a certificate"
                " stands before it, else passwords and links travel in the open"
            )
        if settings.demo_mailbox is not None:
            lines.append(
                f"{PREFIX}DEMO_MAILBOX: must not be set where others reach it: everybody could read every letter"
            )
    if lines:
        raise SettingsError("\n".join(lines))
