"""A page as a PDF, where WeasyPrint and the Pango of the system are there."""

from pathlib import Path


class NoPdf(Exception):
    """WeasyPrint is not installed, or lacks a library of the system; ``str()`` says which."""


def make_pdf(html: str, *, stylesheet: Path) -> bytes:
    """The pages of ``html`` as a PDF. Only what the page itself holds is shown: nothing is fetched. Raises NoPdf."""
    # Loaded on first use: it is an extra, and takes a second.
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise NoPdf(str(error)) from error

    fetcher = weasyprint.urls.URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
    document = weasyprint.HTML(string=html, url_fetcher=fetcher)
    made: bytes = document.write_pdf(stylesheets=[weasyprint.CSS(filename=str(stylesheet))])
    return made
