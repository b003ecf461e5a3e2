#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the sample invoices that the packages factur-x and eu-einvoice ship into a directory.

Usage: samples.py DIRECTORY

Those of factur-x are XML files, and a PDF, in its source distribution; of the PDF, the XML in it is written besides. Those of eu-einvoice
are JSON files, of which it makes UBL and CII itself; each is written in both, and in the profile that it names.
"""
import json
import sys
import tarfile
from io import BytesIO
from pathlib import Path

from eu_einvoice import cii, model, profiles, ubl
from pypdf import PdfReader
from schematron import package

SYNTAXES = {"ubl": ubl, "cii": cii}


def of_factur_x(directory: Path) -> None:
    archives = list((Path(sys.prefix) / "samples").glob("factur_x-*.tar.gz"))
    if len(archives) != 1:
        sys.exit("the samples of factur-x are not there: run scripts/setup-python")
    with tarfile.open(archives[0]) as archive:
        for member in archive.getmembers():
            path = Path(member.name)
            if not member.isfile() or "fixtures" not in path.parts:
                continue
            content = archive.extractfile(member).read()
            (directory / f"factur-x.{path.name}").write_bytes(content)
            if path.suffix == ".pdf":
                for files in PdfReader(BytesIO(content)).attachments.values():
                    (directory / f"factur-x.{path.name}.xml").write_bytes(files[0])


def of_eu_einvoice(directory: Path) -> None:
    for example in sorted((package("eu_einvoice") / "examples").glob("*.json")):
        own = json.loads(example.read_text(encoding="utf-8"))["profile"]
        for wanted in sorted({"en16931-ubl", "en16931-cii", own}):
            name, profile = profiles.get_profile(wanted)
            invoice, issues = model.prepare(model.load(json.loads(example.read_text(encoding="utf-8"))), name)
            if issues.errors:
                sys.exit(f"{example.name}: {issues.errors}")
            xml = SYNTAXES[profile["syntax"]].generate(invoice, profile)
            (directory / f"eu-einvoice.{example.stem}.{name}.xml").write_bytes(xml)


def main() -> None:
    directory = Path(sys.argv[1])
    of_factur_x(directory)
    of_eu_einvoice(directory)


if __name__ == "__main__":
    main()
