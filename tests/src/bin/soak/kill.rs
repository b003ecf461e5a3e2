// SPDX-License-Identifier: Apache-2.0

use chirograph_sdk::{
	keys::Keypair,
	primitives::{
		incident::{Incident, ReportCode},
		validator::{Slash, SlashId, ValidatorStatus, ValidatorTerms},
		DocumentHash, IncidentId, LabelId, SignatureScheme,
	},
	submit::{call, Submitter},
};
use chirograph_tests::{
	load::{self, Load, FIRST_NONCE, PATIENCE},
	FinalityWatch, Network, Node,
};
use futures::future::join_all;
use rand::{Rng, SeedableRng};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

const VALIDATORS: usize = 7;
/// As many as the network tells at a time.
const PAGE: u32 = 100;

/// A validator that was killed comes back with what it had. It loses no vote that it cast, casts none that contradicts one, and is punished for
/// nothing.
pub async fn run(rounds: usize, seed: u64) {
	let mut network = Network::of_validators(VALIDATORS).await;
	let watch = FinalityWatch::start(&network);
	let mut random = rand::rngs::StdRng::seed_from_u64(seed);
	// The node that the load is sent to is spared, so that the load goes on.
	let submitter = Submitter::start(Arc::new(network.nodes[0].connect().await))
		.await
		.expect("the node answers");
	let mut load = Load::new(&submitter, 1, seed).await.expect("Alice is an auditor");
	let owner = load.accounts[0].clone();
	let mut final_ones = Vec::new();
	let mut nonce = FIRST_NONCE;
	for _ in 0..rounds {
		let victim = random.gen_range(1..network.nodes.len());
		let evidences: Vec<_> = (0..5).map(|_| load.document(&owner)).collect();
		let valid_until = submitter.chain().valid_until(1_000).await.expect("the node answers");
		let registrations = evidences.iter().zip(nonce..).map(|(evidence, nonce)| {
			let (submitter, owner) = (submitter.clone(), owner.clone());
			async move { load::register(&submitter, &owner, nonce, evidence, valid_until).await }
		});
		let disturbance = async {
			sleep(Duration::from_millis(random.gen_range(0..2_000))).await;
			network.nodes[victim].kill();
			sleep(Duration::from_millis(random.gen_range(0..2_000))).await;
			network.nodes[victim].start();
		};
		let (outcomes, ()) = tokio::join!(join_all(registrations), disturbance);
		nonce += evidences.len() as u64;
		outcomes.into_iter().for_each(|outcome| {
			outcome.unwrap_or_else(|error| panic!("six of seven validators run, and yet: {error}"));
		});
		final_ones.extend(evidences);
	}
	let blocks = watch.check(&network).await;
	for node in &network.nodes {
		let chain = node.connect().await;
		for evidence in &final_ones {
			let registered = load::is_registered(&chain, &evidence.subject(), &owner)
				.await
				.expect("the node answers");
			assert!(registered, "{} lost {}", node.name, evidence.subject());
		}
		ensure_nobody_was_punished(node).await;
	}
	// The control: what happens is seen there.
	let charlie = Keypair::dev("//Charlie", SignatureScheme::Sr25519).expect("a development key");
	let report = call(
		"Incidents",
		"report",
		&(ReportCode::Outage, None::<LabelId>, DocumentHash([0; 32])),
	);
	let reported = submitter.submit(&report, &charlie, PATIENCE).await;
	reported.expect("a regulator may report incidents");
	assert_eq!(incidents(&network.nodes[0]).await.len(), 1, "the one that was reported");
	println!(
		"kill: {rounds} kills, {} registrations, {blocks} blocks seen final: nothing lost, nothing reverted, nobody punished",
		final_ones.len()
	);
}

async fn incidents(node: &Node) -> Vec<(IncidentId, Incident)> {
	node.ask_runtime("IncidentsApi_incidents", &IncidentId::MIN).await
}

/// No incident, no slash, and every margin whole.
async fn ensure_nobody_was_punished(node: &Node) {
	let incidents = incidents(node).await;
	assert!(incidents.is_empty(), "{incidents:?}");
	let slashes: Vec<(SlashId, Slash)> = node.ask_runtime("ValidatorsApi_slashes", &SlashId::MIN).await;
	assert!(slashes.is_empty(), "{slashes:?}");
	let terms: ValidatorTerms = node.ask_runtime("ValidatorsApi_terms", &()).await;
	let validators: Vec<ValidatorStatus> = node.ask_runtime("ValidatorsApi_validators", &(None::<LabelId>, PAGE)).await;
	assert_eq!(validators.len(), VALIDATORS);
	for ValidatorStatus { label, validator, .. } in validators {
		assert_eq!(validator.margin, terms.margin, "label {label}");
	}
}
