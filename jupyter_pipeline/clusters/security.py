"""TLS certificates of clusters: one authority per cluster, whose key is discarded after signing.

Dask does not check host names: any certificate of the authority gives access, so each cluster has its own. The keys
are in the cluster's folder with mode 0600, where all processes of the user can read them. Jobs get their paths.
"""

from __future__ import annotations

import datetime
import ipaddress
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import Limits
from jupyter_pipeline.paths import clusters_dir, private_dir, read_object, write_object, write_private

if TYPE_CHECKING:
    from distributed.security import Security

__all__ = [
    "certificate_lifetime",
    "check_expiry",
    "has_own_authority",
    "is_loopback",
    "load_connection",
    "load_own_security",
    "make_certificates",
    "save_connection",
]

_DAY = 86400.0
_YEAR = 365 * _DAY
_FILES = ("ca.pem", "cert.pem", "key.pem")


def certificate_lifetime(limits: Limits) -> float:
    """Return the validity of new certificates in seconds: a year, or twice the maximum lifetime if that is longer."""
    return max(_YEAR, 2 * (limits.max_lifetime or limits.lifetime or 0.0))


def make_certificates(folder: Path, cluster_id: str, *, seconds: float = _YEAR) -> None:
    """Write ``ca.pem``, ``cert.pem`` and ``key.pem`` into ``folder/tls``.

    Parameters
    ----------
    folder : Path
        The cluster's folder.
    cluster_id : str
        Common name of the authority.
    seconds : float
        Validity from now in seconds. It begins yesterday, since the clocks of nodes differ.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.datetime.now(datetime.UTC)
    first, last = now - datetime.timedelta(days=1), now + datetime.timedelta(seconds=seconds)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{cluster_id} authority")])
    signing = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )

    def certificate(name: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(authority_name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
        )

    authority = (
        certificate(authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(signing, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [x509.DNSName(n) for n in sorted({"localhost", socket.gethostname(), cluster_id})]
    names += [x509.IPAddress(ipaddress.ip_address(a)) for a in ("127.0.0.1", "::1")]
    both_sides = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    leaf = (
        certificate(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cluster_id)]), key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage(both_sides), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain_key = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    target = private_dir(folder / "tls")
    for name, content in zip(_FILES, (authority.public_bytes(pem), leaf.public_bytes(pem), plain_key), strict=True):
        write_private(target / name, content)


def load_own_security(folder: Path) -> Security:
    """Return the security with the certificates that `make_certificates` wrote into `folder`."""
    from distributed.security import Security

    ca, certificate, key = (str(folder / "tls" / name) for name in _FILES)
    return Security(
        require_encryption=True,
        tls_ca_file=ca,
        **{f"tls_{role}_cert": certificate for role in ("client", "scheduler", "worker")},
        **{f"tls_{role}_key": key for role in ("client", "scheduler", "worker")},
    )


def has_own_authority(security: Any) -> bool:
    """Return True if a client's security has the certificate authority of a cluster of this state folder."""
    file = getattr(security, "tls_ca_file", None)
    if not isinstance(file, str) or "\n" in file:
        return False
    path = Path(file)
    return path.parts[-2:] == ("tls", _FILES[0]) and path.is_relative_to(clusters_dir())


def save_connection(folder: Path, security: Any) -> None:
    """Write the connection settings of `security` into ``connection.json``, for clients of other processes.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    security : distributed.Security or a similar class
        Certificates that it holds in memory are written to files of mode 0600. Another class than Dask's, such as
        dask-gateway's, is stored by its import path.
    """
    values: dict[str, Any] = {}
    for name in ("tls_ca_file", "tls_client_cert", "tls_client_key", "tls_cert", "tls_key"):
        value = getattr(security, name, None)
        if isinstance(value, str) and "\n" in value:
            path = private_dir(folder / "tls") / f"{name}.pem"
            write_private(path, value)
            value = str(path)
        if isinstance(value, str):
            values[name] = value
    kind = type(security)
    settings = {"class": f"{kind.__module__}.{kind.__qualname__}", "values": values}
    write_object(folder / "connection.json", settings)


def load_connection(folder: Path) -> Any:
    """Return the security for a client of the cluster in `folder`.

    Raises
    ------
    ClusterError
        If the files are missing or the certificate has expired.
    """
    from distributed.utils import import_term

    try:
        settings = read_object(folder / "connection.json")
        values = dict(settings["values"])
        certificate = values.get("tls_client_cert") or values.get("tls_cert")
        if certificate:
            check_expiry(Path(certificate))
        name = str(settings["class"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClusterError(
            f"The keys of the cluster in {folder} cannot be read ({error}). Stop the cluster and start it again."
        ) from error
    if name.startswith("distributed."):
        values["require_encryption"] = True
    return import_term(name)(**values)


def check_expiry(certificate: Path) -> None:
    """Check that a certificate has not expired.

    Raises
    ------
    ClusterError
        If it has, or if the file is no certificate.
    """
    from cryptography import x509

    try:
        end = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except ValueError as error:
        raise ClusterError(f"{certificate} is not a certificate. Stop the cluster and start it again.") from error
    if end <= datetime.datetime.now(datetime.UTC):
        raise ClusterError(
            f"The certificate {certificate} expired on {end:%Y-%m-%d %H:%M} UTC. Stop the cluster and start it again."
        )


def is_loopback(address: str) -> bool:
    """Return True if a scheduler address, such as ``tcp://127.0.0.1:8786``, can only be reached from its host."""
    scheme, _, rest = address.rpartition("://")
    if scheme == "inproc":
        return True
    host = rest.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
