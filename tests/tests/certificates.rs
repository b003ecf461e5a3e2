// SPDX-License-Identifier: Apache-2.0

//! Identity by somebody else's word: certificates (X.509), the authorities whose certificates are on the ledger, and every way in which one of
//! them does not count (X.1407 7.1.2 a, 9.1.1 b).

use chirograph_sdk::{
	certificates::Certificate,
	dossier::{Dossier, Organisation},
	keys::{format_account, Keypair},
	labels,
	primitives::{payload, CertificateClaim, Role, Roles, SignatureScheme},
	submit::Submitter,
};
use chirograph_tests::{Cli, Network, Run};
use p256::{
	ecdsa::{signature::Signer, Signature, SigningKey},
	pkcs8::DecodePrivateKey,
};
use rcgen::{
	date_time_ymd, BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
	SignatureAlgorithm, PKCS_ECDSA_P256_SHA256, PKCS_ED25519,
};
use std::{sync::Arc, time::Duration};

const ALICE: usize = 0;
/// Of Dave, who is a certificate authority on the development networks.
const DAVE: &str = "4";

type Authority = CertifiedIssuer<'static, KeyPair>;
type Scheme = &'static SignatureAlgorithm;

fn named(name: &str) -> CertificateParams {
	let mut params = CertificateParams::default();
	params.distinguished_name.remove(DnType::CommonName);
	params.distinguished_name.push(DnType::CommonName, name);
	params
}

fn of_authority(name: &str) -> CertificateParams {
	let mut params = named(name);
	params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
	params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
	params
}

fn key(scheme: Scheme) -> KeyPair {
	KeyPair::generate_for(scheme).expect("keys can be made")
}

fn root(name: &str) -> Authority {
	Authority::self_signed(of_authority(name), key(&PKCS_ECDSA_P256_SHA256)).expect("signs its own")
}

/// Writes a key and its certificate, as `shape` wants it: NAME.key, NAME.pem, and with the authority's as NAME.chain.pem.
fn certify(cli: &Cli, name: &str, scheme: Scheme, by: &Authority, shape: impl FnOnce(&mut CertificateParams)) {
	let (key, mut params) = (key(scheme), named(name));
	shape(&mut params);
	let certificate = params.signed_by(&key, by).expect("the authority signs it").pem();
	cli.write(&format!("{name}.key"), key.serialize_pem());
	cli.write(&format!("{name}.pem"), &certificate);
	cli.write(&format!("{name}.chain.pem"), certificate + &by.pem());
}

/// Makes a key for the ledger and applies with it, and with the certificate and the key of these names.
fn applies(cli: &Cli, name: &str, certificate: &str, certificate_key: &str) -> Run {
	cli.ok(&["key", "generate", name]);
	let dossier = format!("{name}.json");
	let field = format!("name={name}");
	let about = [
		"--jurisdiction",
		"XX",
		"--role",
		"owner",
		"--field",
		&field,
		"--dossier",
		&dossier,
	];
	let files = [
		"--certificate",
		&format!("{certificate}.pem"),
		"--certificate-key",
		&format!("{certificate_key}.key"),
	];
	let command = ["label", "apply", "--key", name];
	cli.run(&[&command[..], &about, &files].concat())
}

/// Shows an applicant's dossier and a file of certificates to Alice, who is an auditor: compares, and approves.
fn shown(cli: &Cli, account: &str, dossier: &str, certificates: &str) -> [Run; 2] {
	let files = ["--dossier", dossier, "--certificate", certificates];
	[
		cli.run(&[&["label", "review", account][..], &files].concat()),
		cli.approve(account, &files, "//Alice"),
	]
}

/// Fails unless both say no, in these words, and nobody holds a label for it.
#[track_caller]
fn refused(cli: &Cli, name: &str, certificates: &str, words: &str) {
	let [review, approval] = shown(cli, name, &format!("{name}.json"), certificates);
	review.expect(1, words);
	approval.expect(1, words);
	cli.run(&["label", "show", name, "--role", "owner"])
		.expect(1, "held no label");
}

fn publish(cli: &Cli, authority: &Authority, file: &str) {
	cli.write(file, authority.pem());
	cli.ok(&["label", "certificate", "publish", file, "--dev-key", "//Dave"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_rests_on_a_certificate_that_an_authority_vouches_for() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	let root = root("Root");
	publish(&cli, &root, "root.pem");
	certify(&cli, "ada", &PKCS_ECDSA_P256_SHA256, &root, |_| ());
	applies(&cli, "ada", "ada", "ada").expect(0, "applied");

	let dossier = ["--dossier", "ada.json"];
	let review = cli.run(&[&["label", "review", "ada"][..], &dossier].concat());
	review.expect(0, "NOT looked at");
	// The auditor cannot overlook it.
	cli.approve("ada", &dossier, "//Alice").expect(2, "--certificate FILE");
	// The certificate alone does not lead anywhere.
	let [review, _] = shown(&cli, "ada", "ada.json", "ada.pem");
	review.expect(1, "no certificate authority on the ledger vouches for CN=Root");
	let [review, approval] = shown(&cli, "ada", "ada.json", "ada.chain.pem");
	review.expect(0, "MATCHES");
	review.expect(0, &format!("label {DAVE}"));
	approval.expect(0, "granted");
	let hash = Certificate::read(&cli.directory.join("ada.pem")).expect("is one").hash();
	approval.expect(0, &hash.to_string());
	let label = cli.ok(&["label", "show", "ada", "--json"]).json();
	assert_eq!(label["label"]["certificate"], hash.to_string(), "{label}");

	// Another kind of key, and an authority in between that nobody published.
	let between = of_authority("Between");
	let between = Authority::signed_by(between, key(&PKCS_ED25519), &root).expect("the root signs it");
	certify(&cli, "grace", &PKCS_ED25519, &between, |_| ());
	applies(&cli, "grace", "grace", "grace").expect(0, "applied");
	let missing = shown(&cli, "grace", "grace.json", "grace.chain.pem");
	missing[0].expect(1, "no certificate authority on the ledger vouches for CN=Root");
	let chain = std::fs::read_to_string(cli.directory.join("grace.chain.pem")).expect("was written");
	// In any order.
	cli.write("grace.whole.pem", root.pem() + &chain);
	let [review, approval] = shown(&cli, "grace", "grace.json", "grace.whole.pem");
	review.expect(0, "CN=Between, by CN=Root");
	approval.expect(0, "granted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_does_not_count_is_refused_with_the_reason() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	let (root, stranger) = (root("Root"), root("Stranger"));
	publish(&cli, &root, "root.pem");
	let kind = &PKCS_ECDSA_P256_SHA256;

	certify(&cli, "late", kind, &root, |params| {
		params.not_after = date_time_ymd(2020, 1, 1)
	});
	applies(&cli, "late", "late", "late").expect(0, "applied");
	refused(&cli, "late", "late.chain.pem", "CN=late expired on 2020-01-01");

	certify(&cli, "early", kind, &root, |params| {
		params.not_before = date_time_ymd(4000, 1, 1)
	});
	applies(&cli, "early", "early", "early").expect(0, "applied");
	refused(&cli, "early", "early.chain.pem", "CN=early is not valid before 4000-01-01");

	certify(&cli, "alien", &PKCS_ED25519, &stranger, |_| ());
	applies(&cli, "alien", "alien", "alien").expect(0, "applied");
	refused(
		&cli,
		"alien",
		"alien.chain.pem",
		"no certificate authority on the ledger vouches for CN=Stranger",
	);

	// Ada's is good. Eve cannot apply with it, nor show it for her own.
	certify(&cli, "ada", kind, &root, |_| ());
	certify(&cli, "eve", kind, &root, |_| ());
	applies(&cli, "ada", "ada", "ada").expect(0, "applied");
	applies(&cli, "eve", "ada", "eve").expect(2, "the private key is of none of the certificates");
	mallory_applies(&network, &cli).await;
	let mallory = format_account(&mallory().account());
	for run in shown(&cli, &mallory, "mallory.json", "ada.chain.pem") {
		run.expect(1, "CN=ada has another key than the one that signed the application");
	}
	let [review, approval] = shown(&cli, "ada", "ada.json", "eve.chain.pem");
	review.expect(1, "is not among those that were shown");
	approval.expect(2, "is not among those that were shown");

	// What an authority does not vouch for any more, or cannot, does not count.
	let withdrawn = "no certificate authority on the ledger vouches for CN=Root";
	cli.write("root.der", root.der());
	cli.ok(&["label", "certificate", "withdraw", "root.der", "--dev-key", "//Dave"]);
	refused(&cli, "ada", "ada.chain.pem", withdrawn);
	publish(&cli, &root, "root.pem");
	cli.ok(&["label", "suspend", DAVE, "--dev-key", "//Alice"]);
	refused(&cli, "ada", "ada.chain.pem", withdrawn);
	cli.ok(&["label", "reinstate", DAVE, "--dev-key", "//Alice"]);

	// The control: nothing else was in the way.
	let [review, approval] = shown(&cli, "ada", "ada.json", "ada.chain.pem");
	review.expect(0, "MATCHES");
	approval.expect(0, "granted");

	// Who applied without a certificate is not helped by one.
	cli.ok(&["key", "generate", "bob"]);
	let about = [
		"--jurisdiction",
		"XX",
		"--role",
		"owner",
		"--field",
		"name=bob",
		"--dossier",
		"bob.json",
	];
	cli.ok(&[&["label", "apply", "--key", "bob"][..], &about].concat());
	let [review, approval] = shown(&cli, "bob", "bob.json", "ada.chain.pem");
	review.expect(1, "applied without a certificate");
	approval.expect(2, "applied without a certificate");
}

/// The newest finalised block.
fn finalised(cli: &Cli) -> u64 {
	let status = cli.ok(&["chain", "status", "--json"]).json();
	status["finalised"]["number"]
		.as_u64()
		.expect("a network has finalised blocks")
}

/// Whoever steals an authority's key can publish a certificate of their own with it. That goes with the key, and not with the label.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_authority_s_stolen_key_published_does_not_count_with_its_next_key() {
	let network = Network::development().await;
	let cli = Cli::new(network.directory(), &network.nodes[ALICE]);
	let (root, forged) = (root("Root"), root("Forged"));
	publish(&cli, &root, "root.pem");
	let consents = |key: &str| {
		let file = format!("{key}.takeover.json");
		cli.ok(&["key", "generate", key]);
		cli.ok(&["label", "takeover", DAVE, "--key", key, "--output", &file]);
		file
	};
	// What was published before a move counts, and so does what is published after it, as long as nobody knows better.
	let takeover = consents("stolen");
	cli.ok(&["label", "rotate", "--takeover", &takeover, "--dev-key", "//Dave"]);
	let theft = (finalised(&cli) + 1).to_string();
	cli.write("forged.pem", forged.pem());
	cli.ok(&["label", "certificate", "publish", "forged.pem", "--key", "stolen"]);
	for (name, by) in [("ada", &root), ("eve", &forged)] {
		certify(&cli, name, &PKCS_ECDSA_P256_SHA256, by, |_| ());
		applies(&cli, name, name, name).expect(0, "applied");
		let files = [
			"--dossier",
			&format!("{name}.json"),
			"--certificate",
			&format!("{name}.chain.pem"),
		];
		cli.run(&[&["label", "review", name][..], &files].concat())
			.expect(0, "MATCHES");
	}

	let takeover = consents("next");
	let compromised = ["--reason", "compromised", "--since", &theft, "--dev-key", "//Alice"];
	cli.ok(&[&["label", "reassign", DAVE, "--takeover", &takeover][..], &compromised].concat());
	let forged = "no certificate authority on the ledger vouches for CN=Forged";
	refused(&cli, "eve", "eve.chain.pem", forged);
	let [review, approval] = shown(&cli, "ada", "ada.json", "ada.chain.pem");
	review.expect(0, "MATCHES");
	approval.expect(0, "granted");
}

fn mallory() -> Keypair {
	Keypair::dev("//Mallory", SignatureScheme::Sr25519).expect("is a path")
}

/// Mallory applies with the hash of Ada's certificate and a key of his own: the ledger, which has no certificates, cannot tell.
async fn mallory_applies(network: &Network, cli: &Cli) {
	let (key, file) = (mallory(), |name: &str| cli.directory.join(name));
	let submitter = Submitter::start(Arc::new(network.nodes[ALICE].connect().await)).await;
	let submitter = submitter.expect("the node follows its own blocks");
	let ada = Certificate::read(&file("ada.pem")).expect("was written");
	let own = Certificate::read(&file("eve.pem")).expect("was written");
	let private = std::fs::read_to_string(file("eve.key")).expect("was written");
	let private = SigningKey::from_pkcs8_pem(&private).expect("is a key");
	let (genesis, account) = (submitter.chain().genesis(), key.account());
	// The SDK would not: it is not the key of that certificate.
	let signature: Signature = private.sign(&payload::certificate(genesis, &account, &ada.hash()));
	let claim = CertificateClaim {
		certificate: ada.hash(),
		key: own.key().expect("can apply"),
		signature: signature.normalize_s().unwrap_or(signature).to_bytes().into(),
	};
	let fields = vec![("name".to_owned(), "Ada".to_owned())];
	let dossier = Dossier::new(&account, Organisation::NaturalPerson, fields).expect("says something");
	dossier.write_new(&file("mallory.json")).expect("can be written");
	let (jurisdiction, roles) = ("XX".parse().expect("a country"), Roles::only(Role::Owner));
	let patience = Duration::from_secs(120);
	let applied = labels::apply(&submitter, &key, &dossier, jurisdiction, roles, Some(&claim), patience);
	applied.await.expect("the key has signed");
}
