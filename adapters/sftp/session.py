"""A connection to an SFTP server: made when it is needed, checked when it was idle, closed with its owner.

Every error of paramiko becomes one of hrbus's here: what a person must mend is a ConfigError, all else can wait.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import paramiko

from adapters.sftp.hostkeys import StrictPolicy, load_known_hosts, mismatch
from adapters.sftp.settings import SftpConnection
from hrbus.spi import ConfigError, Context, Fault, HrbusError, TransientError

CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
"""Tried first: encryption and checksum in one pass of the processor, half as fast again as paramiko's own choice."""

IDLE = 15.0
"""Seconds after which a connection must give a sign of life before it is used: firewalls drop idle ones silently."""

LOG = "adapters.sftp.wire"
"""Where paramiko logs. It would print a traceback for each line that is cut, beside the error that it raises."""

logging.getLogger(LOG).setLevel(logging.CRITICAL)


class Session:
    """One connection at a time, made anew when it was lost. Not for two threads at once."""

    def __init__(self, settings: SftpConnection, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._clients: list[paramiko.SSHClient] = []
        self._sftp: paramiko.SFTPClient | None = None
        self._used = 0.0
        weakref.finalize(self, _close_all, self._clients)

    @property
    def name(self) -> str:
        """What people call the server, without the user."""
        port = "" if self._settings.port == 22 else f":{self._settings.port}"
        return f"sftp://{self._settings.host}{port}"

    @property
    def folder(self) -> str:
        """The folder on the server that all others are below."""
        return self._settings.path or "."

    def close(self) -> None:
        """Hang up; the next use connects again."""
        self._sftp = None
        _close_all(self._clients)

    @contextmanager
    def use(self, where: str) -> Iterator[paramiko.SFTPClient]:
        """Give the client for one act on ``where``, connected."""
        with self.translated(where):
            yield self._alive()

    @contextmanager
    def translated(self, where: str) -> Iterator[None]:
        """Translate the errors of paramiko that come out of an act on ``where``."""
        try:
            yield
            self._used = self._context.clock.monotonic()
        except HrbusError:
            raise
        except (paramiko.SSHException, EOFError, OSError) as error:
            self._translate(error, where)

    def _alive(self) -> paramiko.SFTPClient:
        if self._sftp is not None:
            idle = self._context.clock.monotonic() - self._used
            if idle < IDLE or _answers(self._sftp):
                return self._sftp
            self.close()
        self._sftp = self._connect()
        return self._sftp

    def _connect(self) -> paramiko.SFTPClient:
        settings = self._settings
        key = self._key()
        client = paramiko.SSHClient()
        load_known_hosts(client, self._path(settings.known_hosts))
        client.set_log_channel(LOG)
        client.set_missing_host_key_policy(StrictPolicy(settings.known_hosts))
        self._clients.append(client)
        try:
            client.connect(
                settings.host,
                settings.port,
                settings.user,
                password=settings.password.get_secret_value() if settings.password else None,
                pkey=key,
                allow_agent=False,
                look_for_keys=False,
                timeout=settings.connect_timeout,
                banner_timeout=settings.connect_timeout,
                auth_timeout=settings.connect_timeout,
                channel_timeout=settings.connect_timeout,
                transport_factory=_transport,
            )
            transport = client.get_transport()
            if transport is None:
                raise EOFError
            transport.set_keepalive(settings.keepalive)
            sftp = client.open_sftp()
            channel = sftp.get_channel()
            if channel is not None:
                channel.settimeout(settings.timeout)
        except BaseException:
            self.close()
            raise
        self._used = self._context.clock.monotonic()
        return sftp

    def _path(self, path: str) -> Path:
        return Path(path) if Path(path).is_absolute() else self._context.resolve(path)

    def _key(self) -> paramiko.PKey | None:
        settings = self._settings
        if settings.key_file is None:
            return None
        path = self._path(settings.key_file)
        secret: Any = settings.passphrase.get_secret_value().encode() if settings.passphrase else None
        try:
            return paramiko.PKey.from_path(path, secret)  # takes bytes, whatever its annotation says
        except FileNotFoundError as error:
            raise ConfigError(Fault(f"the key {path} is not there", path="key_file")) from error
        except PermissionError as error:
            raise ConfigError(Fault(f"the key {path} may not be read by this user", path="key_file")) from error
        except (paramiko.SSHException, ValueError, TypeError) as error:
            hint = "check its passphrase, and that it is the private key in the format of OpenSSH or PEM"
            raise ConfigError(Fault(f"the key {path} cannot be read", path="key_file", hint=hint)) from error

    def _translate(self, error: Exception, where: str) -> NoReturn:
        settings = self._settings
        if isinstance(error, paramiko.BadHostKeyException):
            raise mismatch(error, settings.known_hosts) from error
        if isinstance(error, paramiko.AuthenticationException):
            proof = "the password" if settings.password else f"the key {settings.key_file}"
            hint = "ask whoever runs the server whether user and key are registered there"
            raise ConfigError(Fault(f"{self.name} refuses {proof} of the user {settings.user}", hint=hint)) from error
        if isinstance(error, FileNotFoundError):
            raise ConfigError(Fault(f"{where} is not there", hint="make the folder, or mend its name")) from error
        if isinstance(error, PermissionError):
            hint = f"the user {settings.user} needs the right to do this on the server"
            raise ConfigError(Fault(f"{where}: permission denied", hint=hint)) from error
        what = _said(error)
        if self._sftp is None:
            raise TransientError(f"{where}: no connection ({what}); does the server run, at this port?") from error
        if not _only_refused(error):
            self.close()
        raise TransientError(f"{where}: {what}") from error


def _said(error: Exception) -> str:
    words = getattr(error, "strerror", None) or str(error).rstrip(": ") or type(error).__name__
    return "the line was cut" if isinstance(error, EOFError) else str(words)


def _only_refused(error: Exception) -> bool:
    """Say whether the server answered with a failure, so that the connection is as good as before."""
    return type(error) is OSError and error.errno is None


def _answers(client: paramiko.SFTPClient) -> bool:
    try:
        client.normalize(".")
    except (paramiko.SSHException, EOFError, OSError):
        return False
    return True


def _transport(sock: object, **options: object) -> paramiko.Transport:
    transport = paramiko.Transport(sock, **options)  # type: ignore[arg-type]  # paramiko hands its own through
    security = transport.get_security_options()
    security.ciphers = (*CIPHERS, *(each for each in security.ciphers if each not in CIPHERS))
    return transport


def _close_all(clients: list[paramiko.SSHClient]) -> None:
    while clients:
        clients.pop().close()
