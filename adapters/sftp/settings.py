"""The settings of a connection to an SFTP server.

>>> SftpConnection(host="hr.example", user="hrbus", key_file="keys/hr", known_hosts="config/known_hosts").port
22
"""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from hrbus.spi import Settings


class SftpConnection(Settings):
    """An SFTP server and a login there."""

    host: str
    """Name or address of the server."""

    port: int = Field(default=22, ge=1, le=65535)
    """Port of the server."""

    user: str
    """Name to log in with."""

    password: SecretStr | None = None
    """Password: `!env NAME` or `!file PATH`. Give this or `key_file`."""

    key_file: str | None = None
    """Private key, in the format of OpenSSH or PEM. Relative to the site and inside it, or absolute."""

    passphrase: SecretStr | None = None
    """Passphrase of the key: `!env NAME` or `!file PATH`."""

    known_hosts: str
    """File with the server's public key, as OpenSSH writes it. Relative to the site and inside it, or absolute."""

    path: str = ""
    """Folder on the server that all other folders are below; empty for the one that a login starts in."""

    connect_timeout: float = Field(default=20, gt=0)
    """Seconds for the connection, the proof of who is who, and the login, each."""

    timeout: float = Field(default=60, gt=0)
    """Seconds without a byte from the server after which a transfer is given up."""

    keepalive: int = Field(default=30, ge=0)
    """Seconds between signs of life while nothing is transferred; 0 for none."""

    @model_validator(mode="after")
    def _one_proof(self) -> SftpConnection:
        if (self.password is None) == (self.key_file is None):
            raise ValueError("give either password or key_file")
        if self.passphrase is not None and self.key_file is None:
            raise ValueError("passphrase belongs to key_file, which is not given")
        return self
