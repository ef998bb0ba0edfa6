"""Crate: the companion of run.json in a published vocabulary (RO-Crate), so that other tools can read what made a report.

Everything in it comes from run.json, so the same record always gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from srp_lib.config import PUBLIC
from srp_lib.provenance import RUN

if TYPE_CHECKING:
    from rocrate.model.entity import Entity
    from rocrate.rocrate import ROCrate

VERSION = "1.1"  # of the RO-Crate specification
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
# A word of schema.org that the context of RO-Crate 1.1 has not yet.
TERMS = {"sha256": "http://schema.org/sha256"}
FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def is_of_a_report(record: object) -> bool:
    """Whether run.json's content tells of a finished report; that of a refusal has neither outputs nor a key."""
    return isinstance(record, Mapping) and {"key", "outputs", "inputs", "checked_on"} <= set(record)


def crate_text(record: Mapping[str, Any]) -> str:
    """The companion of run.json for a report, from what its run.json holds: a Process Run Crate of RO-Crate 1.1.

    The report is the root dataset. One action made it: its instrument is this software at a commit, its objects are the
    input files that extracts used (by path in the raw folder, with SHA-256), its results the report's files.
    """
    from rocrate.rocrate import ROCrate

    crate = ROCrate(version=VERSION)
    crate.metadata.extra_terms.update(TERMS)
    results = [_output(crate, name, sha) for name, sha in sorted(record["outputs"].items())]
    results.append(_output(crate, RUN, ""))
    action = _action(crate, record, results)
    _describe(crate, record, action)
    return json.dumps(crate.metadata.generate(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _describe(crate: ROCrate, record: Mapping[str, Any], action: Entity) -> None:
    """What the report as a whole is."""
    made_from = "synthetic extracts, which describe nothing real" if record["synthetic"] else "the extracts named here"
    profile = _add(crate, PROFILE, "CreativeWork", name="Process Run Crate", version=PROFILE.rsplit("/", 1)[1])
    root = crate.root_dataset
    root["name"] = _title(record)
    root["description"] = (
        f"Report of a crime audit, made from {made_from}. {RUN} holds the whole record of the run; "
        "the paths of inputs are those in the folder of raw extracts."
    )
    root["datePublished"] = record["checked_on"]
    root["license"] = _add(crate, "#licence", "CreativeWork", name="Terms of use", description=_terms(record))
    root["conformsTo"] = profile
    root["mentions"] = action


def _title(record: Mapping[str, Any]) -> str:
    asked = record["parameters"]
    return f"Crime audit of {asked['area']}, {asked['period']}, {asked['edition']} edition"


def _terms(record: Mapping[str, Any]) -> str:
    """What may be done with the report, as far as the run knows."""
    if record["parameters"]["edition"] == PUBLIC:
        return (
            "The partnership whose report it is says how it may be used; sources keep the licences that its pages name."
        )
    return "For the partners' own use: not disclosure-controlled, not to be published or forwarded."


def _action(crate: ROCrate, record: Mapping[str, Any], results: list[Entity]) -> Entity:
    """The run that made the report."""
    return _add(
        crate,
        f"#run-{record['key'][:16]}",
        "CreateAction",
        name=f"Run that made: {_title(record)}",
        description="The extracts were read and held to their rules, the notebooks were run, and their pages were put together.",
        actionStatus="http://schema.org/CompletedActionStatus",
        endTime=record["checked_on"],
        instrument=_software(crate, record),
        object=[*_inputs(crate, record), *_settings(crate, record)],
        result=results,
    )


def _software(crate: ROCrate, record: Mapping[str, Any]) -> Entity:
    """This software at its commit, with the packages that it rests on."""
    needs = [
        _add(crate, f"#package-{name}", "SoftwareApplication", name=name, softwareVersion=version)
        for name, version in sorted(record["versions"].items())
    ]
    return _add(
        crate,
        "#software",
        "SoftwareApplication",
        name="srp-audit",
        softwareVersion=record["code_commit"],
        description=f"SHA-256 over the library, notebooks, suites, settings and lock: {record['key_parts']['code']}",
        softwareRequirements=needs,
    )


def _inputs(crate: ROCrate, record: Mapping[str, Any]) -> Iterable[Entity]:
    """The files that extracts used and the commentary: referred to, for they are no part of the report."""
    for one in record["inputs"]:
        if "path" in one:
            yield _file(crate, f"#raw/{quote(one['path'])}", one["path"], one["sha256"])
    if "commentary" in record:
        name = record["commentary"]["file"]
        yield _file(crate, f"#commentary/{quote(name)}", name, record["commentary"]["sha256"])


def _settings(crate: ROCrate, record: Mapping[str, Any]) -> Iterable[Entity]:
    """What was asked for, and the digest of the earlier report that this one is compared with."""
    asked = {**record["parameters"], **({"previous": record["previous"]} if "previous" in record else {})}
    for name, value in sorted(asked.items()):
        yield _add(crate, f"#parameter-{name}", "PropertyValue", name=name, value=value)


def _output(crate: ROCrate, name: str, sha: str) -> Entity:
    properties = {"name": name, "encodingFormat": _format(name), **({"sha256": sha} if sha else {})}
    return crate.add_file(dest_path=name, properties=properties)


def _file(crate: ROCrate, identifier: str, name: str, sha: str) -> Entity:
    return _add(crate, identifier, "File", name=name, sha256=sha, encodingFormat=_format(name))


def _format(name: str) -> str:
    return FORMATS.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def _add(crate: ROCrate, identifier: str, kind: str, **properties: object) -> Entity:
    from rocrate.model.contextentity import ContextEntity

    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **properties}))
