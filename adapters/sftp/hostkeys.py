"""Who the server is: its key stands in a file that a person has filled, or nothing is sent.

>>> import paramiko
>>> known_line("sftp.hr.example", 2222, paramiko.RSAKey.generate(1024)).split()[:2]
['[sftp.hr.example]:2222', 'ssh-rsa']
"""

from __future__ import annotations

from pathlib import Path

import paramiko
from paramiko.hostkeys import InvalidHostKey

from hrbus.spi import ConfigError, Fault


class StrictPolicy(paramiko.MissingHostKeyPolicy):
    """Refuses a server that is not in the file, and says what to compare and which line to add."""

    def __init__(self, file: str) -> None:
        self._file = file

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Raise ConfigError; called by paramiko with the name as the file would spell it (``[host]:port``)."""
        raise ConfigError(
            Fault(
                f"the server {hostname} is not in {self._file}; it shows the key {key.get_name()} {key.fingerprint}",
                path="known_hosts",
                hint="compare this fingerprint with the one that whoever runs the server tells you (not by way of "
                f"this connection); if they are equal, add the line: {hostname} {key.get_name()} {key.get_base64()}",
            )
        )


def load_known_hosts(client: paramiko.SSHClient, path: Path) -> None:
    """Have ``client`` trust the servers in the file and no other; ConfigError where a line is not understood."""
    try:
        _understood(path)
        client.load_host_keys(str(path))
    except FileNotFoundError as error:
        hint = "make it with the line that whoever runs the server gives you"
        raise ConfigError(Fault(f"the file {path} is not there", path="known_hosts", hint=hint)) from error
    except (paramiko.SSHException, InvalidHostKey, OSError, ValueError) as error:
        hint = "each line is: name, type of the key, key"
        raise ConfigError(Fault(f"the file {path} cannot be read", path="known_hosts", hint=hint)) from error


def _understood(path: Path) -> None:
    """Raise ConfigError where a line is beyond paramiko, which would pass over it without a word."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("@"):
            word = line.split()[0]
            message = f"{path}:{number}: lines with {word} are not understood, and ignoring them would not be safe"
            raise ConfigError(Fault(message, path="known_hosts", hint="give hrbus a file of its own"))


def mismatch(error: paramiko.BadHostKeyException, file: str) -> ConfigError:
    """Return the error for a server whose key is another than the file says."""
    return ConfigError(
        Fault(
            f"the server {error.hostname} shows the key {error.key.get_name()} {error.key.fingerprint}, but {file} "
            f"says {error.expected_key.get_name()} {error.expected_key.fingerprint}; nothing was sent",
            path="known_hosts",
            hint="ask whoever runs the server whether its key was changed; if it was not, somebody stands in between",
        )
    )


def known_line(host: str, port: int, key: paramiko.PKey) -> str:
    """Return the line of a known_hosts file for a server."""
    name = host if port == 22 else f"[{host}]:{port}"
    return f"{name} {key.get_name()} {key.get_base64()}"
