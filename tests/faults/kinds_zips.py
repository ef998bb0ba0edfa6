"""Kinds of damage to zips and folders: paths that lead out, bombs, passwords, links, names, sizes."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping

from kinds import ANY, HARMLESS, SET_ASIDE, Case, kind, refused
from yard import Yard

ZIP = "police_uk/download.zip"


def zipped(members: Mapping[str | zipfile.ZipInfo, bytes]) -> bytes:
    """A zip of files."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def street_zip(yard: Yard) -> dict[str | zipfile.ZipInfo, bytes]:
    """The good months as the publisher's zip has them."""
    return {path.removeprefix("police_uk/"): data for path, data in yard.files("street_crime").items()}


def of_zip(data: bytes, wanted: str, what: str = "") -> Case:
    """A case in which a zip stands in the place of the months."""
    return Case("street_crime", {ZIP: data}, wanted, what)


@kind("a zip in place of the files")
def _good_zip(yard: Yard) -> Iterator[Case]:
    yield of_zip(zipped(street_zip(yard)), HARMLESS)
    windows = {str(name).replace("/", "\\"): data for name, data in street_zip(yard).items()}
    yield of_zip(zipped(windows), HARMLESS, "made by Windows")
    for name in ("offences", "services"):
        files = {path.rpartition("/")[2]: data for path, data in yard.files(name).items()}
        yield Case(name, {f"{name}/records.zip": zipped(files)}, HARMLESS)


@kind("paths in a zip that lead out of the folder")
def _paths(yard: Yard) -> Iterator[Case]:
    months = street_zip(yard)
    name = "2020-06-south-yorkshire-street.csv"
    data = next(iter(months.values())).replace(b"2020-01", b"2020-06")
    for path in (
        f"../../{name}",
        f"/etc/{name}",
        f"C:\\{name}",
        f"..\\{name}",
        f"2020-06/../../{name}",
        f"\\\\server\\{name}",
    ):
        yield of_zip(zipped(months | {path: data}), "street.file_readable", path)


@kind("links in a zip")
def _links(yard: Yard) -> Iterator[Case]:
    link = zipfile.ZipInfo("2020-06/2020-06-south-yorkshire-street.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    yield of_zip(zipped(street_zip(yard) | {link: b"/etc/passwd"}), "street.file_readable")


@kind("a zip bomb by ratio")
def _ratio(yard: Yard) -> Iterator[Case]:
    bomb = {"2020-06/2020-06-south-yorkshire-street.csv": bytes(8 * 1024**2)}
    yield of_zip(zipped(street_zip(yard) | bomb), "street.file_size")


@kind("a zip bomb by number of files")
def _number(yard: Yard) -> Iterator[Case]:
    yield of_zip(_many(20_001), "street.file_size")


def _many(number: int) -> bytes:
    """A zip of many empty files, made by hand as writing them one by one takes seconds."""
    out, central = io.BytesIO(), []
    for at in range(number):
        name = b"%05d.csv" % at
        central.append(
            struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, out.tell())
            + name
        )
        out.write(struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name)
    start, whole = out.tell(), b"".join(central)
    count = min(number, 0xFFFF)
    return out.getvalue() + whole + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(whole), start, 0)


@kind("a zip bomb by size of all files together")
def _together(yard: Yard) -> Iterator[Case]:
    data = bytearray(zipped({f"2020-06/{at:02d}.csv": b"x" for at in range(20)}))
    at = data.find(b"PK\1\2")
    while at >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", 2 * 1024**3 - 1)
        at = data.find(b"PK\1\2", at + 4)
    yield of_zip(bytes(data), "street.file_size")


@kind("a zip within a zip")
def _nested(yard: Yard) -> Iterator[Case]:
    inner = zipped(street_zip(yard))
    yield of_zip(zipped({"more.zip": inner}), f"{SET_ASIDE}inside another", "of the publisher's")
    records = zipped({path.rpartition("/")[2]: data for path, data in yard.files("services").items()})
    wanted = refused("services", "unreadable")
    yield Case("services", {"services/all.zip": zipped({"services.zip": records})}, wanted, "in a partner's folder")
    yield of_zip(
        zipped({"2020-06/2020-06-south-yorkshire-street.csv": inner}), "street.file_readable", "under a month's name"
    )
    for _ in range(6):
        records = zipped({"again.zip": records})
    yield Case("services", {"services/all.zip": records}, wanted, "seven deep")


@kind("a zip locked with a password")
def _locked(yard: Yard) -> Iterator[Case]:
    data = bytearray(zipped(street_zip(yard)))
    for mark, flag in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flag] |= 1
            at = data.find(mark, at + 4)
    yield of_zip(bytes(data), "street.file_readable")


@kind("two files of one name in a zip")
def _one_name(yard: Yard) -> Iterator[Case]:
    months = street_zip(yard)
    name, data = next(iter(months.items()))
    twin = zipfile.ZipInfo(str(name))
    yield of_zip(zipped(months | {twin: data}), "street.file_readable")


@kind("a zip cut off or with bytes changed")
def _cut(yard: Yard) -> Iterator[Case]:
    data = zipped(street_zip(yard))
    for end in (0, 3, 30, len(data) // 2, len(data) - 300, len(data) - 30, len(data) - 1):
        yield of_zip(data[:end], ANY, f"after {end:,} bytes")
    for at in (40, 5_000, len(data) // 2):
        yield of_zip(data[:at] + b"\0\1\2\3" + data[at + 4 :], ANY, f"changed at {at:,}")


@kind("an empty zip")
def _empty_zip(yard: Yard) -> Iterator[Case]:
    yield Case("services", {"services/all.zip": zipped({})}, refused("services", "unreadable"))


@kind("what file managers and people leave beside the files")
def _noise(yard: Yard) -> Iterator[Case]:
    for name in ("street_crime", "services"):
        files = yard.files(name)
        folder = next(iter(files)).rpartition("/")[0]
        more = {
            "Thumbs.db": b"\0\1",
            ".DS_Store": b"\0\1",
            "~$services.xlsx": b"\0",
            "desktop.ini": b"x",
            "README.txt": b"notes",
            ".~lock.services.csv#": b"x",
        }
        yield Case(name, files | {f"{folder}/{extra}": data for extra, data in more.items()}, HARMLESS)


@kind("files that no extract takes")
def _strangers(yard: Yard) -> Iterator[Case]:
    files = yard.files("services")
    for path, data in (
        ("letter.txt", b"Dear all,\nplease find enclosed"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(64)),
        ("scan.pdf", b"%PDF-1.7\n"),
    ):
        yield Case("services", files | {path: data}, HARMLESS, path)
        yield Case("services", files | {path: data}, f"{SET_ASIDE}its content matches no extract", f"{path} is named")
