// SPDX-License-Identifier: Apache-2.0

use super::{
	testing::{self, is_authority, openssl, purposes, stamps, Kind, Party, Tsa, TIME_STAMPING_ONLY},
	*,
};
use proptest::prelude::*;
use rcgen::{BasicConstraints as Constraints, IsCa, KeyUsagePurpose, SerialNumber as Serial};
use tempfile::TempDir;

const IMPRINT: [u8; 32] = [0x42; 32];
/// Whom to trust.
const NOBODY: &[Vec<u8>] = &[];
/// 2026-01-31T12:00:00Z.
const THEN: Moment = 1_769_860_800_000;
/// What a token by `openssl cms` needs to be one: the signing certificate is named.
const CADES: &[&str] = &["-cades"];

/// What an honest authority would sign, at [`THEN`].
fn info() -> TstInfo {
	testing::info(&IMPRINT, THEN)
}

fn time(text: &str) -> Any {
	Any::new(Tag::GeneralizedTime, text.as_bytes()).expect("is short")
}

/// A root, a stamper below it, and an authority that signs with it.
struct World {
	root: Party,
	tsa: Tsa,
	_directory: TempDir,
}

impl World {
	fn with(signer: impl FnOnce(&Party) -> Party, others: &[&Party], terms: &str) -> Self {
		Self::below(Party::authority("Root", None), signer, others, terms)
	}

	fn below(root: Party, signer: impl FnOnce(&Party) -> Party, others: &[&Party], terms: &str) -> Self {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let tsa = Tsa::new(directory.path(), &signer(&root), others, terms);
		Self {
			root,
			tsa,
			_directory: directory,
		}
	}

	fn new(kind: Kind) -> Self {
		Self::with(|root| Party::stamper("Stamper", kind, root), &[], "")
	}

	/// With a stamper's certificate that says something else.
	fn altered(alter: impl FnOnce(&mut rcgen::CertificateParams)) -> Self {
		let altered = |root: &Party| {
			Party::new("Stamper", Kind::P256, Some(root), |params| {
				stamps(params);
				alter(params);
			})
		};
		Self::with(altered, &[], "")
	}

	fn sign(&self, alter: impl FnOnce(&mut TstInfo), options: &[&str]) -> Vec<u8> {
		let mut info = info();
		alter(&mut info);
		self.tsa.sign(&info.to_der().expect("has a form"), options)
	}

	/// A token of an authority that does all as it should, apart from its certificate.
	fn token(&self) -> Vec<u8> {
		self.sign(|_| (), CADES)
	}

	fn verify(&self, token: &[u8]) -> Result<TimeStamp, Fault> {
		verify(token, &IMPRINT, std::slice::from_ref(&self.root.certificate))
	}
}

#[test]
fn tokens_of_a_real_authority_are_sound_for_each_kind_of_key() {
	for (kind, algorithm) in [
		(Kind::P256, "ECDSA on P-256 with SHA-256"),
		(Kind::P384, "ECDSA on P-384 with SHA-256"),
		(Kind::Rsa, "RSA PKCS#1 v1.5 with SHA-256 and 2048 bits"),
	] {
		let world = World::new(kind);
		let before = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp() as u64 * 1_000;
		let token = world.tsa.token(&IMPRINT);
		let stamp = world.verify(&token).unwrap_or_else(|fault| panic!("{kind:?}: {fault}"));
		assert!(
			(before..before + 600_000).contains(&stamp.time),
			"{} is about now",
			stamp.time
		);
		assert_eq!((&stamp.algorithm[..], &stamp.signer[..]), (algorithm, "CN=Stamper"));
		assert_eq!(stamp.policy, "1.3.6.1.4.1.99999.1");
		assert_eq!(stamp.serial, "0123456789abcdef");
		assert!(stamp.nonce.is_some() && stamp.accuracy.is_none());
		assert!(matches!(&stamp.authority, Authority::Trusted { subject, certificate }
			if subject == "CN=Root" && *certificate == Hash(sha256(&world.root.certificate))));
		let alone = verify(&token, &IMPRINT, NOBODY).expect("holds by itself");
		assert_eq!(
			alone,
			TimeStamp {
				authority: Authority::NotChecked,
				..stamp
			}
		);
	}
}

#[test]
fn each_accepted_way_of_signing_holds() {
	// With an identifier of its key, by which the signer can be named, too.
	let identified = |root: &Party| {
		Party::new("Stamper", Kind::P384, Some(root), |params| {
			stamps(params);
			params.is_ca = IsCa::ExplicitNoCa;
		})
	};
	let (elliptic, rsa) = (World::with(identified, &[], ""), World::new(Kind::Rsa));
	let pss = |salt: &'static str| ["-cades", "-md", "sha384", "-keyopt", "rsa_padding_mode:pss", "-keyopt", salt];
	for (world, options, algorithm) in [
		(&elliptic, &["-cades", "-md", "sha384"][..], "ECDSA on P-384 with SHA-384"),
		(&elliptic, &["-cades", "-md", "sha512"], "ECDSA on P-384 with SHA-512"),
		(&elliptic, &["-cades", "-keyid"], "ECDSA on P-384 with SHA-256"),
		(
			&rsa,
			&["-cades", "-md", "sha512"],
			"RSA PKCS#1 v1.5 with SHA-512 and 2048 bits",
		),
		(&rsa, &pss("rsa_pss_saltlen:48"), "RSA PSS with SHA-384 and 2048 bits"),
		(&rsa, &pss("rsa_pss_saltlen:20"), "RSA PSS with SHA-384 and 2048 bits"),
	] {
		let stamp = world
			.verify(&world.sign(|_| (), options))
			.unwrap_or_else(|fault| panic!("{options:?}: {fault}"));
		assert_eq!(stamp.algorithm, algorithm, "{options:?}");
		assert_eq!(stamp.time, THEN);
	}
	for options in [&["-cades", "-md", "sha1"][..], &["-cades", "-md", "sha224"]] {
		let refused = rsa.verify(&rsa.sign(|_| (), options));
		assert!(matches!(refused, Err(Fault::Unsupported { .. })), "{options:?}: {refused:?}");
	}
}

#[test]
fn an_rsa_key_has_at_least_2_048_bits() {
	for (bits, accepted) in [(1_024, false), (2_048, true)] {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let path = directory.path().join("key").display().to_string();
		openssl(
			&[
				"genpkey",
				"-algorithm",
				"RSA",
				"-pkeyopt",
				&format!("rsa_keygen_bits:{bits}"),
				"-out",
				&path,
			],
			b"",
		);
		let key = openssl(&["pkey", "-in", &path, "-pubout", "-outform", "DER"], b"");
		let key = SubjectPublicKeyInfoOwned::from_der(&key).expect("is a key");
		let signature = openssl(&["dgst", "-sha256", "-sign", &path], b"message");
		let algorithm = AlgorithmIdentifierOwned {
			oid: RSA_SHA_256,
			parameters: Some(Any::null()),
		};
		let outcome = check_signature(&key, &algorithm, None, b"message", &signature);
		match (accepted, outcome) {
			(true, Ok(Ok(_))) => (),
			(false, Err(Fault::Unsupported { what })) => assert!(what.contains("1024 bits"), "{what}"),
			_ => panic!("{bits} bits"),
		}
	}
}

#[test]
fn fractions_of_a_second_and_accuracy_are_read() {
	let terms = "accuracy = secs:2, millisecs:500, microsecs:100\nclock_precision_digits = 3\n";
	let world = World::with(|root| Party::stamper("Stamper", Kind::P256, root), &[], terms);
	let stamp = world.verify(&world.tsa.token(&IMPRINT)).expect("is sound");
	assert_eq!(stamp.accuracy, Some(2_501));

	let read = |text: &str| parse_time(&time(text));
	assert_eq!(read("20260131120000Z"), Ok(THEN));
	assert_eq!(read("20260131120000.5Z"), Ok(THEN + 500));
	assert_eq!(read("20260131120000.123Z"), Ok(THEN + 123));
	assert_eq!(read("20260131120000.1239Z"), Ok(THEN + 123));
	for text in [
		"",
		"Z",
		"20260131120000",
		"202601311200Z",
		"20260131120000.Z",
		"20260131120000.50Z",
		"20260131120000,5Z",
		"20260131120000+0100",
		"20261331120000Z",
		"20260131250000Z",
		"19691231235959Z",
		"2026013112000xZ",
		"+0260131120000Z",
	] {
		assert!(matches!(read(text), Err(Fault::Malformed { .. })), "{text}");
	}
	let other_type = Any::new(Tag::UtcTime, *b"260131120000Z").expect("is short");
	assert!(parse_time(&other_type).is_err());
}

#[test]
fn a_token_about_something_else_is_refused() {
	let world = World::new(Kind::P256);
	let token = world.tsa.token(&[1; 32]);
	let refused = world.verify(&token);
	assert!(
		matches!(&refused, Err(Fault::OtherImprint { expected, .. }) if *expected == Hash(IMPRINT)),
		"{refused:?}"
	);
	assert!(verify(&token, &[1; 32], NOBODY).is_ok(), "the control");
	let longer = world.tsa.token_about(&"42".repeat(48), "-sha384");
	assert!(matches!(world.verify(&longer), Err(Fault::OtherImprint { .. })));
	// The digest that is asked for, by another algorithm's name.
	let renamed = world.sign(|info| info.imprint.algorithm.oid = SHA_384, CADES);
	assert!(matches!(world.verify(&renamed), Err(Fault::OtherImprint { .. })));
}

#[test]
fn a_certificate_that_was_not_valid_then_is_refused() {
	let year = rcgen::date_time_ymd;
	let expired = World::altered(|params| params.not_after = year(2025, 1, 1));
	let refused = expired.verify(&expired.token());
	assert!(
		matches!(&refused, Err(Fault::NotValidThen { subject, end, time, .. })
			if subject == "CN=Stamper" && end == "2025-01-01T00:00:00Z" && time == "2026-01-31T12:00:00Z"),
		"{refused:?}"
	);
	let young = World::altered(|params| params.not_before = year(2027, 1, 1));
	assert!(matches!(young.verify(&young.token()), Err(Fault::NotValidThen { .. })));
	// What has expired since was good then.
	let expired_since = World::altered(|params| params.not_after = year(2026, 2, 1));
	assert!(expired_since.verify(&expired_since.token()).is_ok(), "the control");

	let old_root = Party::new("Old", Kind::P256, None, |params| {
		is_authority(params);
		params.not_after = year(2025, 1, 1);
	});
	let world = World::below(old_root, |root| Party::stamper("Stamper", Kind::P256, root), &[], "");
	let refused = world.verify(&world.token());
	assert!(
		matches!(&refused, Err(Fault::NotValidThen { subject, .. }) if subject == "CN=Old"),
		"{refused:?}"
	);
}

#[test]
fn an_authority_that_is_not_trusted_is_unknown() {
	let world = World::new(Kind::P256);
	let token = world.token();
	let stranger = Party::authority("Stranger", None);
	let refused = verify(&token, &IMPRINT, &[stranger.certificate]);
	assert!(
		matches!(&refused, Err(Fault::UnknownAuthority { subject, issuer }) if subject == "CN=Stamper" && issuer == "CN=Root"),
		"{refused:?}"
	);
	// Of the same name, with another key.
	let namesake = Party::authority("Root", None);
	let refused = verify(&token, &IMPRINT, std::slice::from_ref(&namesake.certificate));
	assert!(
		matches!(&refused, Err(Fault::BadCertificate { subject, .. }) if subject == "CN=Stamper"),
		"{refused:?}"
	);
	// And both: the right one is found whichever comes first.
	for trusted in [[&namesake, &world.root], [&world.root, &namesake]] {
		let trusted = trusted.map(|party| party.certificate.clone());
		assert!(verify(&token, &IMPRINT, &trusted).is_ok());
	}
	let refused = verify(&token, &IMPRINT, &[b"no certificate".to_vec()]);
	assert!(matches!(refused, Err(Fault::BadAuthority { .. })), "{refused:?}");
}

#[test]
fn authorities_in_between_are_judged_as_authorities() {
	let root = Party::authority("Root", None);
	let between = Party::authority("Between", Some(&root));
	let through = |between: &Party, carried: &[&Party]| {
		let directory = tempfile::tempdir().expect("a temporary directory can be made");
		let signer = Party::stamper("Stamper", Kind::P256, between);
		let token = Tsa::new(directory.path(), &signer, carried, "").sign(
			&info().to_der().expect("has a form"),
			if carried.is_empty() {
				CADES
			} else {
				&["-cades", "-certfile", "others.pem"]
			},
		);
		verify(&token, &IMPRINT, std::slice::from_ref(&root.certificate))
	};
	assert!(through(&between, &[&between]).is_ok(), "the control");
	let missing = through(&between, &[]);
	assert!(
		matches!(&missing, Err(Fault::UnknownAuthority { issuer, .. }) if issuer == "CN=Between"),
		"{missing:?}"
	);

	let altered = |alter: fn(&mut rcgen::CertificateParams)| {
		let between = Party::new("Between", Kind::P256, Some(&root), |params| {
			is_authority(params);
			alter(params);
		});
		through(&between, &[&between])
	};
	for alter in [
		(|params| params.is_ca = IsCa::ExplicitNoCa) as fn(&mut rcgen::CertificateParams),
		|params| params.is_ca = IsCa::NoCa,
		|params| params.key_usages = vec![KeyUsagePurpose::DigitalSignature],
		// Server authentication.
		|params| purposes(params, &[0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 1], false),
	] {
		let refused = altered(alter);
		assert!(
			matches!(&refused, Err(Fault::NotAnAuthority { subject, .. }) if subject == "CN=Between"),
			"{refused:?}"
		);
	}
	assert!(altered(|params| purposes(params, TIME_STAMPING_ONLY, false)).is_ok());
	let expired = altered(|params| params.not_after = rcgen::date_time_ymd(2025, 1, 1));
	assert!(
		matches!(&expired, Err(Fault::NotValidThen { subject, .. }) if subject == "CN=Between"),
		"{expired:?}"
	);
	let odd = altered(|params| {
		let mut extension = rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 2], vec![5, 0]);
		extension.set_criticality(true);
		params.custom_extensions.push(extension);
	});
	assert!(matches!(odd, Err(Fault::Unsupported { .. })), "{odd:?}");

	// As many authorities as the one above allows, and one more.
	let limited = Party::new("Limited", Kind::P256, Some(&root), |params| {
		is_authority(params);
		params.is_ca = IsCa::Ca(Constraints::Constrained(0));
	});
	assert!(through(&limited, &[&limited]).is_ok(), "the control");
	let below = Party::authority("Below", Some(&limited));
	let refused = through(&below, &[&below, &limited]);
	assert!(
		matches!(&refused, Err(Fault::NotAnAuthority { subject, .. }) if subject == "CN=Limited"),
		"{refused:?}"
	);
}

#[test]
fn a_certificate_that_is_itself_trusted_needs_no_authority() {
	let directory = tempfile::tempdir().expect("a temporary directory can be made");
	let lonely = Party::new("Lonely", Kind::P256, None, stamps);
	let token = Tsa::new(directory.path(), &lonely, &[], "").sign(&info().to_der().expect("has a form"), CADES);
	let stamp = verify(&token, &IMPRINT, std::slice::from_ref(&lonely.certificate)).expect("is trusted itself");
	assert!(matches!(&stamp.authority, Authority::Trusted { subject, .. } if subject == "CN=Lonely"));
	let root = Party::authority("Root", None);
	assert!(matches!(
		verify(&token, &IMPRINT, &[root.certificate]),
		Err(Fault::UnknownAuthority { .. })
	));
}

/// RFC 3161, 2.3: the certificate is for time-stamping, for that alone, and that is critical.
#[test]
fn a_certificate_for_something_else_is_refused() {
	let and_server = [
		&[0x30, 0x14][..],
		&TIME_STAMPING_ONLY[2..],
		&[0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 1],
	]
	.concat();
	type Alter<'a> = &'a dyn Fn(&mut rcgen::CertificateParams);
	let wrong: [Alter; 5] = [
		&|params| params.custom_extensions = vec![],
		&|params| purposes(params, &[0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 1], true),
		&|params| purposes(params, &and_server, true),
		&|params| purposes(params, TIME_STAMPING_ONLY, false),
		&|params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment],
	];
	for (i, alter) in wrong.into_iter().enumerate() {
		let world = World::altered(alter);
		let refused = world.verify(&world.token());
		assert!(
			matches!(&refused, Err(Fault::WrongPurpose { subject, .. }) if subject == "CN=Stamper"),
			"{i}: {refused:?}"
		);
	}
	let unsaid = World::altered(|params| params.key_usages = vec![]);
	assert!(unsaid.verify(&unsaid.token()).is_ok(), "the control");
}

#[test]
fn the_signer_s_certificate_is_there_and_is_the_one_that_was_signed_for() {
	let world = World::new(Kind::P256);
	let without = world.sign(|_| (), &["-cades", "-nocerts"]);
	assert_eq!(world.verify(&without), Err(Fault::NoCertificate));
	let unnamed = world.sign(|_| (), &[]);
	let refused = world.verify(&unnamed);
	assert!(
		matches!(&refused, Err(Fault::Malformed { detail }) if detail.contains("signing certificate")),
		"{refused:?}"
	);
	let unsigned = world.sign(|_| (), &["-noattr"]);
	assert!(matches!(world.verify(&unsigned), Err(Fault::Malformed { .. })));

	// The certificate of somebody else with the same issuer and number, and the same key: only the hash tells them apart.
	let other = Party::stamper("Other", Kind::P256, &world.root);
	let exchanged = with_certificates(&world.token(), &[&other.certificate]);
	assert_eq!(world.verify(&exchanged), Err(Fault::OtherCertificate));
	let both = with_certificates(&world.token(), &[&other.certificate, &signer_of(&world.token())]);
	assert!(world.verify(&both).is_ok(), "the right one is found");
	// One more changes nothing.
	let more = with_certificates(
		&without,
		&[&signer_of(&world.token()), &other_number(&world.root).certificate],
	);
	assert!(world.verify(&more).is_ok(), "the control");
}

fn other_number(root: &Party) -> Party {
	Party::new("Other", Kind::P256, Some(root), |params| {
		stamps(params);
		params.serial_number = Some(Serial::from(8u64));
	})
}

fn open(token: &[u8]) -> SignedData {
	let outer = ContentInfo::from_der(token).expect("was made a moment ago");
	outer.content.decode_as().expect("was made a moment ago")
}

fn close(data: &SignedData) -> Vec<u8> {
	let outer = ContentInfo {
		content_type: SIGNED_DATA,
		content: Any::encode_from(data).expect("has a form"),
	};
	outer.to_der().expect("has a form")
}

fn signer_of(token: &[u8]) -> Vec<u8> {
	let certificates = open(token).certificates.expect("are there");
	certificates.get(0).expect("is there").to_der().expect("has a form")
}

/// The same token with other certificates.
fn with_certificates(token: &[u8], certificates: &[&Vec<u8>]) -> Vec<u8> {
	let mut data = open(token);
	let certificates = certificates.iter().map(|der| Any::from_der(der).expect("is one"));
	data.certificates = Some(certificates.collect::<Vec<_>>().try_into().expect("can be ordered"));
	close(&data)
}

#[test]
fn a_token_of_two_signers_or_of_none_is_refused() {
	let world = World::new(Kind::P256);
	world.tsa.add("second", &other_number(&world.root));
	let twice = world.sign(|_| (), &["-cades", "-signer", "second.pem", "-inkey", "second.key"]);
	assert!(matches!(world.verify(&twice), Err(Fault::Malformed { .. })));
	let mut data = open(&world.token());
	data.signers = SetOfVec::new();
	assert!(matches!(world.verify(&close(&data)), Err(Fault::Malformed { .. })));
}

#[test]
fn what_is_no_time_stamp_is_refused() {
	let world = World::new(Kind::P256);
	let token = world.token();
	assert_eq!(
		world.verify(&vec![0x30; MAX_TOKEN_BYTES + 1]),
		Err(Fault::TooLarge { limit: MAX_TOKEN_BYTES })
	);
	for (bytes, what) in [
		(Vec::new(), "nothing"),
		(b"no token".to_vec(), "a text"),
		(world.root.certificate.clone(), "a certificate"),
		([&token[..], &[0]].concat(), "one byte more"),
	] {
		assert!(matches!(world.verify(&bytes), Err(Fault::Malformed { .. })), "{what}");
	}
	let mut data = open(&token);
	data.content.content_type = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
	assert!(matches!(world.verify(&close(&data)), Err(Fault::Malformed { .. })));
	let mut data = open(&token);
	data.content.content = None;
	assert!(matches!(world.verify(&close(&data)), Err(Fault::Malformed { .. })));

	let altered = |alter: fn(&mut TstInfo)| world.verify(&world.sign(alter, CADES));
	assert!(altered(|_| ()).is_ok(), "the control");
	assert!(matches!(altered(|info| info.version = 2), Err(Fault::Unsupported { .. })));
	let extended = altered(|info| {
		info.extensions = Some(vec![x509_cert::ext::Extension {
			extn_id: ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.2"),
			critical: true,
			extn_value: OctetString::new([5, 0]).expect("is short"),
		}]);
	});
	assert!(matches!(extended, Err(Fault::Unsupported { .. })), "{extended:?}");
	let vague = altered(|info| {
		info.accuracy = Some(Accuracy {
			seconds: None,
			millis: Some(1_000),
			micros: None,
		});
	});
	assert!(matches!(vague, Err(Fault::Malformed { .. })), "{vague:?}");
}

#[test]
fn a_content_that_was_exchanged_is_noticed() {
	let world = World::new(Kind::P256);
	let mut data = open(&world.token());
	let mut earlier = info();
	earlier.time = time("20200131120000Z");
	data.content.content = Some(OctetString::new(earlier.to_der().expect("has a form")).expect("is short"));
	assert_eq!(world.verify(&close(&data)), Err(Fault::ContentChanged));
}

#[test]
fn a_token_that_is_cut_off_anywhere_is_refused() {
	let world = World::new(Kind::P256);
	let token = world.token();
	for end in 0..token.len() {
		let refused = world.verify(&token[..end]);
		assert!(matches!(refused, Err(Fault::Malformed { .. })), "{end} bytes: {refused:?}");
	}
	assert!(world.verify(&token).is_ok(), "the control");
}

/// X.1407 8.2.2.
#[test]
fn a_token_with_any_bit_flipped_is_refused() {
	for kind in [Kind::P256, Kind::Rsa] {
		let world = World::new(kind);
		let token = world.token();
		assert!(world.verify(&token).is_ok(), "the control");
		for bit in 0..token.len() * 8 {
			let mut flipped = token.clone();
			flipped[bit / 8] ^= 1 << (bit % 8);
			let outcome = world.verify(&flipped);
			assert!(
				outcome.is_err(),
				"bit {} of byte {} of {}: {outcome:?}",
				bit % 8,
				bit / 8,
				token.len()
			);
		}
	}
}

#[test]
fn a_token_is_made_before_its_evidence_is_registered() {
	let stamp = |accuracy| {
		let world = World::new(Kind::P256);
		let stamp = world.verify(&world.token()).expect("is sound");
		TimeStamp { accuracy, ..stamp }
	};
	let (exact, vague) = (stamp(None), stamp(Some(5_000)));
	let day = CREATED_TOLERANCE;
	assert_eq!(exact.check_dates(THEN, Some(THEN)), Ok(()));
	assert_eq!(exact.check_dates(THEN, Some(THEN + 900 * day)), Ok(()), "a token may be old");
	assert_eq!(exact.check_dates(THEN + 900 * day, Some(THEN + 900 * day)), Ok(()));
	assert_eq!(exact.check_dates(THEN, None), Ok(()), "what is not registered yet");
	assert_eq!(exact.check_dates(THEN, Some(THEN - BLOCK_TOLERANCE)), Ok(()));
	let early = THEN - BLOCK_TOLERANCE - 1;
	assert!(matches!(
		exact.check_dates(THEN, Some(early)),
		Err(Fault::LaterThanRegistration { .. })
	));
	assert_eq!(
		vague.check_dates(THEN, Some(early)),
		Ok(()),
		"as far as the authority grants itself"
	);
	assert!(vague.check_dates(THEN, Some(early - 5_000)).is_err());
	assert_eq!(exact.check_dates(THEN - day, Some(THEN)), Ok(()));
	let refused = exact.check_dates(THEN - day - 1, Some(THEN));
	assert!(matches!(refused, Err(Fault::LaterThanEvidence { .. })), "{refused:?}");
}

proptest! {
	#[test]
	fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
		prop_assert!(verify(&bytes, &IMPRINT, NOBODY).is_err());
	}

	#[test]
	fn no_dates_make_the_judge_panic(time: u64, accuracy: Option<u64>, created: u64, registered: Option<u64>) {
		let stamp = TimeStamp {
			time,
			accuracy,
			policy: String::new(),
			serial: String::new(),
			signer: String::new(),
			certificate: Hash([0; 32]),
			algorithm: String::new(),
			authority: Authority::NotChecked,
			nonce: None,
		};
		let possible = stamp.check_dates(created, registered).is_ok();
		prop_assert!(possible || time > created.min(registered.unwrap_or(created)));
	}
}
