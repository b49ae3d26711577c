"""The certificate of the service: looked at before anything answers with it."""

import ssl
from pathlib import Path

from jobcast.errors import ConfigError
from jobcast.language import say


def see_certificate(certificate: Path, key: Path | None) -> None:
    """Raise ConfigError unless the service could answer with the certificate as its files are now."""
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key, password="")  # else OpenSSL asks at the terminal, and waits
    except (OSError, ValueError) as error:  # ssl's errors among them
        raise ConfigError(
            say("serve.bad_certificate", why=error), hint=say("serve.bad_certificate_cure")
        ) from error
