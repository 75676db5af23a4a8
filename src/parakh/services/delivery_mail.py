"""E-mail over SMTP, encrypted: TLS from the start (RFC 8314) or by STARTTLS (RFC 3207)."""

import ipaddress
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from parakh.errors import Misconfigured
from parakh.services.delivery_webhook import TIMEOUT, Undelivered, cause_of
from parakh.settings import Settings


def compose(
    settings: Settings, to: str, subject: str, text: str, *, message_id: str, at: datetime
) -> EmailMessage:
    """A plain message; its identifier is the same however often it is sent (RFC 5322, 3.6.4)."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{settings.mail_from.rpartition('@')[2] or 'parakh'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def send(settings: Settings, tls: ssl.SSLContext, message: EmailMessage) -> None:
    """Hands a message to the mail server; raises Undelivered."""
    if not settings.smtp_host or not settings.mail_from:
        raise Undelivered("no mail server is set: see PARAKH_SMTP_HOST and PARAKH_MAIL_FROM")
    try:
        server = _connected(settings, tls)
        try:
            if settings.smtp_user:
                server.login(settings.smtp_user, _password(settings))
            refused = server.send_message(message)
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(_cause(error)) from error
    if refused:
        # The others have it: they must not get it again with every try.
        raise Undelivered(f"the mail server refused {len(refused)} of the addresses", final=True)


def check(settings: Settings) -> None:
    """Raises Misconfigured for a mail server that is talked to in the clear over a network."""
    if settings.smtp_security == "none" and settings.smtp_host and not _here(settings.smtp_host):
        raise Misconfigured("PARAKH_SMTP_SECURITY: none is for a mail server on this machine only")


def _connected(settings: Settings, tls: ssl.SSLContext) -> smtplib.SMTP:
    check(settings)
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=tls)
    server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=tls)
        except BaseException:
            server.close()
            raise
    return server


def _password(settings: Settings) -> str:
    if settings.smtp_password_file is None:
        raise Undelivered("PARAKH_SMTP_PASSWORD_FILE is not set")
    try:
        return settings.smtp_password_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Undelivered("PARAKH_SMTP_PASSWORD_FILE cannot be read") from error


def _cause(error: Exception) -> str:
    """What went wrong, by kind and code; a server's own words may name somebody."""
    code = getattr(error, "smtp_code", None)
    return f"the mail server answered {code}" if code else cause_of(error)


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
