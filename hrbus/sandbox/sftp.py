"""A small SFTP server over one folder: the far side of the demonstration and of tests.

It speaks to one user, on the loopback interface unless told otherwise, and nothing outside its folder can be reached
through it. It keeps the rules that hrbus relies on: rename refuses to overwrite, ``posix-rename@openssh.com`` does.

    with serve(Path("var/sandbox/files"), user="hrbus", password="secret") as server:
        print(server.port, server.host_key_line)
"""

from __future__ import annotations

import errno
import hmac
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED, OPEN_SUCCEEDED
from paramiko.sftp import SFTP_OK, SFTP_PERMISSION_DENIED

LOG = "hrbus.sandbox.sftp.wire"
"""Where paramiko logs. It would print a traceback for each visitor who speaks something else."""

logging.getLogger(LOG).setLevel(logging.CRITICAL)


class SftpServer:
    """A server that runs in threads of this process until ``close``."""

    def __init__(self, folder: Path, listener: socket.socket, host_key: paramiko.PKey, login: Login) -> None:
        self._folder = Path(os.path.realpath(folder))
        self._listener = listener
        self._host_key = host_key
        self._login = login
        self._transports: list[paramiko.Transport] = []
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._accept, name="sftp server", daemon=True)
        self._thread.start()

    @property
    def host(self) -> str:
        """The address that the server listens on."""
        return str(self._listener.getsockname()[0])

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return int(self._listener.getsockname()[1])

    @property
    def host_key_line(self) -> str:
        """The line that a known_hosts file needs for this server."""
        return f"[{self.host}]:{self.port} {self._host_key.get_name()} {self._host_key.get_base64()}"

    def hang_up(self) -> None:
        """Cut every line that is open, as a network does; new ones are taken."""
        with self._lock:
            transports, self._transports = self._transports, []
        for transport in transports:
            transport.close()

    def close(self) -> None:
        """Stop listening, and cut every line."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        # Closing a socket does not wake the thread that waits on it; a visitor does.
        with socket.socket() as visitor:
            visitor.settimeout(1)
            visitor.connect_ex((self.host, self.port))
        self._thread.join()
        self._listener.close()
        self.hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while True:
            line, _ = self._listener.accept()
            if self._closed:
                line.close()
                return
            threading.Thread(target=self._serve, args=(line,), name="sftp line", daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        transport = paramiko.Transport(line)
        with self._lock:
            self._transports = [each for each in self._transports if each.is_active()] + [transport]
        transport.set_log_channel(LOG)
        transport.add_server_key(self._host_key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self._folder)
        try:
            transport.start_server(server=_Visitor(self._login))
        except (paramiko.SSHException, EOFError, OSError):
            transport.close()


class Login:
    """The one user who may enter, with a password or one of ``keys`` (public keys)."""

    def __init__(self, user: str, password: str | None = None, keys: Iterable[paramiko.PKey] = ()) -> None:
        self.user = user
        self._password = password
        self._keys = [key.asbytes() for key in keys]

    def with_password(self, user: str, password: str) -> bool:
        """Say whether the password is right."""
        if self._password is None or user != self.user:
            return False
        return hmac.compare_digest(password.encode(), self._password.encode())

    def with_key(self, user: str, key: paramiko.PKey) -> bool:
        """Say whether the key is known; paramiko has made sure that the visitor owns it."""
        return user == self.user and key.asbytes() in self._keys


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    user: str = "hrbus",
    password: str | None = None,
    keys: Iterable[paramiko.PKey] = (),
    host_key: Path | None = None,
) -> SftpServer:
    """Serve ``folder`` at ``port`` (0: any that is free) and return at once.

    The server's own key is read from the file ``host_key``, or made and written there, so that a known_hosts file
    stays right after a restart; without a file it is made for this once.
    """
    listener = socket.create_server((host, port))
    return SftpServer(folder, listener, _host_key(host_key), Login(user, password, keys))


def _host_key(path: Path | None) -> paramiko.PKey:
    if path is None:
        return paramiko.ECDSAKey.generate()
    if path.exists():
        return paramiko.PKey.from_path(path)
    key = paramiko.ECDSAKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        key.write_private_key(stream)
    return key


class _Visitor(paramiko.ServerInterface):
    """What a connection may do: log in, and open sessions for the subsystem sftp."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL if self._login.with_password(username, password) else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL if self._login.with_key(username, key) else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class _Handle(paramiko.SFTPHandle):
    """An open file; reading and writing are paramiko's own."""

    def __init__(self, flags: int, handle: int) -> None:
        super().__init__(flags)
        mode = "rb+" if flags & os.O_RDWR else "wb" if flags & os.O_WRONLY else "rb"
        self.readfile = self.writefile = os.fdopen(handle, mode)

    def stat(self) -> paramiko.SFTPAttributes | int:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


class _Files(paramiko.SFTPServerInterface):
    """The folder, as the root of what a visitor sees."""

    def __init__(self, server: paramiko.ServerInterface, folder: Path, *args: Any, **kwargs: Any) -> None:
        super().__init__(server, *args, **kwargs)
        self._folder = folder

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        try:
            with os.scandir(self._inside(path)) as found:
                return [
                    paramiko.SFTPAttributes.from_stat(each.stat(follow_symlinks=False), each.name) for each in found
                ]
        except OSError as error:
            return _code(error)

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._inside(path).stat())
        except OSError as error:
            return _code(error)

    def lstat(self, path: str) -> paramiko.SFTPAttributes | int:
        try:
            return paramiko.SFTPAttributes.from_stat(self._inside(path, follow=False).lstat())
        except OSError as error:
            return _code(error)

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        try:
            true = self._inside(path)
            return _Handle(flags, os.open(true, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640))
        except OSError as error:
            return _code(error)

    def remove(self, path: str) -> int:
        return self._done(lambda: self._inside(path, follow=False).unlink())

    def rename(self, oldpath: str, newpath: str) -> int:
        def move() -> None:
            old, new = self._inside(oldpath, follow=False), self._inside(newpath, follow=False)
            if not old.is_dir():
                os.link(old, new, follow_symlinks=False)
                old.unlink()
            elif os.path.lexists(new):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            else:
                old.rename(new)

        return self._done(move)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._done(lambda: self._inside(oldpath, follow=False).replace(self._inside(newpath, follow=False)))

    def mkdir(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._done(lambda: self._inside(path).mkdir())

    def rmdir(self, path: str) -> int:
        return self._done(lambda: self._inside(path, follow=False).rmdir())

    def chattr(self, path: str, attr: paramiko.SFTPAttributes) -> int:
        return self._done(lambda: paramiko.SFTPServer.set_file_attr(str(self._inside(path)), attr))

    def _inside(self, path: str, *, follow: bool = True) -> Path:
        """Return the true path; PermissionError where a link leads out. ``..`` ends at the root, as in a chroot."""
        seen = self.canonicalize(path)
        if seen == "/":
            return self._folder
        full = Path(f"{self._folder}{seen}")
        true = Path(os.path.realpath(full)) if follow else Path(os.path.realpath(full.parent)) / full.name
        if not true.is_relative_to(self._folder):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return true

    def _done(self, act: Callable[[], object]) -> int:
        try:
            act()
        except OSError as error:
            return _code(error)
        return SFTP_OK


def _code(error: OSError) -> int:
    if error.errno == errno.ELOOP:
        return SFTP_PERMISSION_DENIED
    return paramiko.SFTPServer.convert_errno(error.errno or errno.EIO)
