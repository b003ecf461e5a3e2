// SPDX-License-Identifier: Apache-2.0

//! Our judgement of invoices against CEN's own rules (Schematron, run by Saxon): on the samples that the packages factur-x and eu-einvoice
//! ship, on ours, and on 200 mutations of them. Where the two disagree, `tests/python/disagreements.json` says so, and why.
//!
//! `CHIROGRAPH_PYTHON` names the Python that `scripts/setup-python` set up. With `CHIROGRAPH_WRITE_DISAGREEMENTS` set to a path, what was
//! found is written there, for whoever has to bring the list up to date.

use chirograph_sdk::einvoice::{validate, EInvoice, EInvoiceError, Rules};
use chirograph_tests::invoice::{ubl, ubl_credit_note, Line};
use serde_json::{json, Map, Value};
use std::{
	collections::{BTreeMap, BTreeSet},
	env, fs,
	path::{Path, PathBuf},
	process::Command,
};

/// How many mutations are judged.
const MUTATIONS: usize = 200;
/// Where they begin: always the same ones.
const SEED: u64 = 16_931;
/// Of the mutations, so many must be invalid, or they would show little.
const LEAST_INVALID: usize = MUTATIONS / 2;

/// SplitMix64: the same numbers on every machine and with every version of any crate.
struct Numbers(u64);

impl Numbers {
	/// One below `end`.
	fn below(&mut self, end: usize) -> usize {
		self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
		let mut number = self.0;
		number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
		number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
		((number ^ (number >> 31)) % end as u64) as usize
	}

	fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
		&all[self.below(all.len())]
	}
}

/// Runs one of the programs in `tests/python`.
fn python(program: &str, arguments: &[PathBuf]) -> String {
	let python = env::var_os("CHIROGRAPH_PYTHON").expect("CHIROGRAPH_PYTHON is not set: it is what scripts/setup-python prints");
	let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(program);
	let output = Command::new(python)
		.arg(program)
		.args(arguments)
		.output()
		.expect("Python runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	String::from_utf8(output.stdout).expect("it prints JSON")
}

/// An element of a document without elements in it, by where it is in the text.
struct Leaf<'a> {
	name: &'a str,
	/// From its first tag to behind its last.
	whole: (usize, usize),
	/// Of the text in it.
	text: (usize, usize),
}

/// All of them that have text.
fn leaves(xml: &str) -> Vec<Leaf<'_>> {
	let mut leaves = Vec::new();
	for (begin, _) in xml.match_indices('<') {
		let rest = &xml[begin..];
		let Some(end_of_tag) = rest.find('>') else { break };
		let name = rest[1..end_of_tag].split_whitespace().next().unwrap_or_default();
		if name.starts_with(['/', '?', '!']) || rest[..end_of_tag].ends_with('/') {
			continue;
		}
		let text = begin + end_of_tag + 1;
		let Some(length) = xml[text..].find('<') else { break };
		let last = format!("</{name}>");
		if xml[text + length..].starts_with(&last) && !xml[text..text + length].trim().is_empty() {
			let whole = (begin, text + length + last.len());
			let text = (text, text + length);
			leaves.push(Leaf { name, whole, text });
		}
	}
	leaves
}

/// A document with something changed, and what that was.
fn mutated(xml: &str, numbers: &mut Numbers) -> (String, String) {
	let leaves = leaves(xml);
	let is_amount = |leaf: &&Leaf| xml[leaf.text.0..leaf.text.1].parse::<f64>().is_ok() && leaf.name.ends_with("Amount");
	let is_code = |leaf: &&Leaf| {
		let text = &xml[leaf.text.0..leaf.text.1];
		text.len() <= 3 && !leaf.name.ends_with("Amount") && !leaf.name.ends_with("LineID")
	};
	let amounts: Vec<_> = leaves.iter().filter(is_amount).collect();
	let codes: Vec<_> = leaves.iter().filter(is_code).collect();
	let with = |(begin, end): (usize, usize), text: &str| format!("{}{text}{}", &xml[..begin], &xml[end..]);
	let place = |leaf: &Leaf| format!("{} in line {}", leaf.name, xml[..leaf.whole.0].matches('\n').count() + 1);
	match numbers.below(10) {
		0..=3 if !amounts.is_empty() => {
			let leaf = numbers.one_of(&amounts);
			let old = &xml[leaf.text.0..leaf.text.1];
			let new = match numbers.below(5) {
				0 => format!("{old}1"),
				1 => format!("-{}", old.trim_start_matches('-')),
				2 => format!("1{}", old.trim_start_matches('-')),
				3 => "0.00".into(),
				_ => format!("{:.2}", old.parse::<f64>().expect("is one") + 1.5),
			};
			(with(leaf.text, &new), format!("{}: {old} -> {new}", place(leaf)))
		},
		4..=6 => {
			let leaf = numbers.one_of(&leaves);
			(with(leaf.whole, ""), format!("without {}", place(leaf)))
		},
		7 => {
			let leaf = numbers.one_of(&leaves);
			let twice = xml[leaf.whole.0..leaf.whole.1].repeat(2);
			(with(leaf.whole, &twice), format!("{} twice", place(leaf)))
		},
		8 => {
			// In an attribute.
			let attributes: Vec<_> = ["currencyID=\"", "unitCode=\"", "schemeID=\"", "format=\""]
				.iter()
				.flat_map(|name| xml.match_indices(name).map(|(at, name)| (at, name.len())))
				.collect();
			if attributes.is_empty() {
				return mutated(xml, numbers);
			}
			let (at, length) = *numbers.one_of(&attributes);
			let begin = at + length;
			let end = begin + xml[begin..].find('"').expect("attributes end");
			let new = *numbers.one_of(&["XYZ", "USD", "0088", ""]);
			let line = xml[..at].matches('\n').count() + 1;
			(
				with((begin, end), new),
				format!("{}{}\" -> {new} in line {line}", &xml[at..begin], &xml[begin..end]),
			)
		},
		_ => {
			let leaf = numbers.one_of(&codes);
			let old = &xml[leaf.text.0..leaf.text.1];
			let new = *numbers.one_of(&["Q", "XYZ", "999", "E", "S", "O", "381", "19", "DE", "0", "USD"]);
			(with(leaf.text, new), format!("{}: {old} -> {new}", place(leaf)))
		},
	}
}

/// What we say: the rules that are broken, or why it is not even looked at.
fn ours(bytes: &[u8]) -> BTreeSet<String> {
	match validate(bytes, Rules::En16931) {
		Ok(findings) => findings.rules().into_iter().collect(),
		// By the name of the error alone.
		Err(error) => [format!("{error:?}")
			.split([' ', '{', '('])
			.next()
			.unwrap_or_default()
			.to_owned()]
		.into(),
	}
}

/// The samples, and ours, by their names.
fn samples(directory: &Path) -> BTreeMap<String, Vec<u8>> {
	python("samples.py", &[directory.into()]);
	let mut samples = BTreeMap::new();
	for entry in fs::read_dir(directory).expect("it was filled") {
		let path = entry.expect("can be listed").path();
		let name = path.file_name().expect("has one").to_string_lossy().into_owned();
		samples.insert(name, fs::read(path).expect("can be read"));
	}
	for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("documents/invoices")).expect("they are there") {
		let path = entry.expect("can be listed").path();
		let name = format!("own.{}", path.file_name().expect("has one").to_string_lossy());
		samples.insert(name, fs::read(path).expect("can be read"));
	}
	samples
}

/// Lines of three categories.
const LINES: [Line; 4] = [
	Line {
		name: "Medicine & dressings <sterile>",
		category: "S",
		rate: 1_900,
		net: 12_345,
	},
	Line {
		name: "Meals",
		category: "S",
		rate: 700,
		net: 1_001,
	},
	Line {
		name: "Treatment",
		category: "E",
		rate: 0,
		net: 99_999,
	},
	Line {
		name: "Books",
		category: "Z",
		rate: 0,
		net: 5,
	},
];

#[test]
fn made_invoices_break_no_rule_whatever_they_are_over() {
	let mut numbers = Numbers(SEED);
	for index in 0..200 {
		let lines: Vec<_> = (0..=numbers.below(4))
			.map(|line| Line {
				net: 1 + numbers.below(10_000_000) as u64,
				..LINES[line]
			})
			.collect();
		let invoice = ubl(&format!("R/{index}"), "2026-01-15", "Klinikum & Söhne", "A < B", &lines);
		let note = ubl_credit_note(
			&format!("R/{index}"),
			&format!("G/{index}"),
			"2026-01-16",
			"Klinikum & Söhne",
			"A < B",
			&lines[..1],
		);
		let invoice = EInvoice::read(invoice.as_bytes(), Rules::En16931).expect("it breaks no rule");
		assert_eq!(
			invoice.document.totals.exclusive,
			lines.iter().map(|line| line.net).sum::<u64>()
		);
		let note = EInvoice::read(note.as_bytes(), Rules::En16931).expect("it breaks no rule");
		assert_eq!(note.preceding, [invoice.number]);
	}
	let made = ubl("1", "2026-01-15", "A", "B", &LINES);
	let broken = made.replace("123.45", "123.46");
	assert!(matches!(
		EInvoice::read(broken.as_bytes(), Rules::En16931),
		Err(EInvoiceError::Invalid { .. })
	));
}

#[test]
fn our_rules_and_the_official_ones_agree_but_where_it_is_said_why_not() {
	let directory = tempfile::tempdir().expect("a temporary directory can be made");
	let (given, judged) = (directory.path().join("given"), directory.path().join("judged"));
	for directory in [&given, &judged] {
		fs::create_dir(directory).expect("can be made");
	}
	let mut documents = samples(&given);
	documents.insert("own.made.xml".into(), ubl("1", "2026-01-15", "A", "B", &LINES).into_bytes());
	let note = ubl_credit_note("1", "2", "2026-01-16", "A", "B", &LINES);
	documents.insert("own.made-credit-note.xml".into(), note.into_bytes());
	let pdfs: BTreeMap<_, _> = documents.extract_if(.., |name, _| name.ends_with(".pdf")).collect();
	let count = documents.len();
	assert!(count >= 30, "{:?}", documents.keys());

	// In a PDF is what another program finds there, and we judge it alike.
	assert!(!pdfs.is_empty());
	for (name, pdf) in &pdfs {
		assert_eq!(ours(pdf), ours(&documents[&format!("{name}.xml")]), "{name}");
	}

	let originals: Vec<_> = documents
		.iter()
		.filter(|(_, bytes)| validate(bytes, Rules::En16931).is_ok())
		.map(|(name, bytes)| (name.clone(), String::from_utf8(bytes.clone()).expect("it was read as UTF-8")))
		.collect();
	let mut numbers = Numbers(SEED);
	let mut invalid = 0;
	for index in 0..MUTATIONS {
		let (name, original) = &originals[index % originals.len()];
		let (mutation, what) = mutated(original, &mut numbers);
		invalid += usize::from(!ours(mutation.as_bytes()).is_empty());
		documents.insert(format!("{name} #{index}: {what}"), mutation.into_bytes());
	}
	assert_eq!(documents.len(), count + MUTATIONS);
	assert!(
		(LEAST_INVALID..MUTATIONS).contains(&invalid),
		"{invalid} mutations are invalid"
	);

	let files: Vec<_> = (0..documents.len())
		.map(|index| judged.join(format!("{index}.xml")))
		.collect();
	for (file, bytes) in files.iter().zip(documents.values()) {
		fs::write(file, bytes).expect("can be written");
	}
	let official: Value = serde_json::from_str(&python("schematron.py", &files)).expect("it prints JSON");
	let mut found = Map::new();
	let mut agreed = 0;
	for ((name, bytes), file) in documents.iter().zip(&files) {
		let ours = ours(bytes);
		let theirs: BTreeSet<String> = match &official[file.to_string_lossy().as_ref()] {
			Value::Null => ["NotAnInvoice".to_owned()].into(),
			rules => serde_json::from_value(rules.clone()).expect("names of rules"),
		};
		if ours == theirs {
			agreed += 1;
			continue;
		}
		let only = |some: &BTreeSet<String>, others: &BTreeSet<String>| some.difference(others).cloned().collect::<Vec<_>>();
		let disagreement = json!({
			"weSayValid": ours.is_empty(),
			"theySayValid": theirs.is_empty(),
			"onlyWe": only(&ours, &theirs),
			"onlyThey": only(&theirs, &ours),
		});
		found.insert(name.clone(), disagreement);
	}
	eprintln!(
		"{agreed} of {} documents are judged alike; {invalid} of {MUTATIONS} mutations are invalid",
		documents.len()
	);
	if let Some(path) = env::var_os("CHIROGRAPH_WRITE_DISAGREEMENTS") {
		fs::write(path, serde_json::to_vec_pretty(&found).expect("is JSON")).expect("can be written");
	}

	let known =
		fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/disagreements.json")).expect("it is in the repository");
	let known: Value = serde_json::from_slice(&known).expect("is JSON");
	let reasons = known["reasons"].as_object().expect("says why, by a name");
	let mut known = known["documents"].as_object().expect("says what of which document").clone();
	let mut used = BTreeSet::new();
	for (name, known) in &mut known {
		let why = known.as_object_mut().and_then(|known| known.remove("why"));
		let why = why
			.as_ref()
			.and_then(Value::as_array)
			.unwrap_or_else(|| panic!("it is not said why: {name}"));
		for reason in why {
			let reason = reason.as_str().unwrap_or_default();
			assert!(reasons.contains_key(reason), "there is no reason `{reason}`: {name}");
			used.insert(reason.to_owned());
		}
	}
	for (name, disagreement) in &found {
		assert_eq!(
			known.get(name),
			Some(disagreement),
			"this disagreement is not listed, or not so: {name}"
		);
	}
	for name in known.keys() {
		assert!(
			found.contains_key(name),
			"this disagreement is listed, and there is none any more: {name}"
		);
	}
	assert_eq!(used, reasons.keys().cloned().collect(), "some reason is none for anything");
}
