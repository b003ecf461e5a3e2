// SPDX-License-Identifier: Apache-2.0

//! Alert rules and dashboard, by the distribution's Prometheus, on a running network: what they ask for is there.

use chirograph_sdk::primitives::validator::Strength;
use chirograph_tests::{Network, Node, Run, Running};
use serde_json::Value;
use std::{
	collections::BTreeSet,
	env, fs,
	io::{Read, Write},
	net::{TcpListener, TcpStream},
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long Prometheus may take to have seen every node, on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(200);
const ANSWER_DEADLINE: Duration = Duration::from_secs(20);

/// What nodes tell begins so.
const OURS: [&str; 2] = ["chirograph_", "substrate_"];
/// Of these, nodes say something only where there is something to say: they have an HSM, or time servers; or they refused a request.
const CONDITIONAL: [&str; 5] = [
	"chirograph_hsm_answers",
	"chirograph_clock_offset_milliseconds",
	"chirograph_clock_servers_agreeing",
	"chirograph_clock_trusted",
	"chirograph_refused_requests_total",
];

/// The folder with rules and dashboard.
fn monitoring() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../monitoring")
}

fn program(name: &str) -> Command {
	let directory = env::var_os("CHIROGRAPH_PROMETHEUS");
	let directory = directory.expect("set CHIROGRAPH_PROMETHEUS to what scripts/setup-prometheus prints");
	Command::new(Path::new(&directory).join(name))
}

fn promtool(arguments: &[&str]) -> Run {
	Run::of(program("promtool").args(arguments).current_dir(monitoring()))
}

/// Names of metrics that a text asks for.
fn metrics_in(text: &str) -> BTreeSet<&str> {
	text.split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
		.filter(|word| OURS.iter().any(|prefix| word.starts_with(prefix)))
		.collect()
}

/// Those for which nothing is there.
fn missing<'a>(metrics: &BTreeSet<&'a str>, prometheus: &str) -> Vec<&'a str> {
	let is_missing = |metric: &&&str| {
		let answer = ask(prometheus, &format!("/api/v1/query?query={metric}"));
		answer["data"]["result"].as_array().is_none_or(Vec::is_empty)
	};
	metrics.iter().filter(is_missing).copied().collect()
}

/// What HTTP has at `path`; nothing where nobody answers, or refuses to.
fn get(address: &str, path: &str) -> Option<String> {
	let mut stream = TcpStream::connect(address).ok()?;
	stream.set_read_timeout(Some(ANSWER_DEADLINE)).ok()?;
	// Of this version there is one answer, and its end is the connection's.
	write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").ok()?;
	let mut answer = Vec::new();
	stream.read_to_end(&mut answer).ok()?;
	let answer = String::from_utf8_lossy(&answer);
	let (head, body) = answer.split_once("\r\n\r\n")?;
	head.split(' ').nth(1).filter(|code| *code == "200")?;
	Some(body.to_owned())
}

fn ask(address: &str, path: &str) -> Value {
	let body = get(address, path).unwrap_or_else(|| panic!("{address} does not answer {path}"));
	serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

/// A number that a node tells.
fn told(metrics: &str, name: &str) -> Option<f64> {
	let mut lines = metrics.lines().filter(|line| !line.starts_with('#'));
	let line = lines.find(|line| line.split(['{', ' ']).next() == Some(name))?;
	line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn every_alert_is_raised_by_what_it_is_for_and_by_nothing_else() {
	promtool(&["check", "config", "prometheus.yml"]).expect(0, "SUCCESS");
	promtool(&["check", "rules", "alerts.yml"]).expect(0, "SUCCESS");
	promtool(&["test", "rules", "alerts_test.yml"]).expect(0, "SUCCESS");
	// The controls. None was left out of either test; and the tests fail for rules with another threshold.
	let (rules, tests) = (read("alerts.yml"), read("alerts_test.yml"));
	let names = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
	for name in names {
		assert!(
			tests.contains(&format!("{{ alertname: {name}, eval_time")),
			"{name} is not tested to be silent"
		);
	}
	let runbook = fs::read_to_string(monitoring().join("../docs/RUNBOOK.md")).expect("it comes with the project");
	let sections = rules.lines().filter_map(|line| line.split_once("section: "));
	for (_, section) in sections {
		let section = section.trim_end_matches([' ', '}']);
		assert!(
			runbook.contains(&format!("*Section `{section}`: ")),
			"the runbook has no section {section}"
		);
	}
	let elsewhere = tempfile::tempdir().expect("the temporary directory is writable");
	let blind = rules.replace("chirograph_open_incidents > 0", "chirograph_open_incidents > 1000");
	assert_ne!(blind, rules);
	fs::write(elsewhere.path().join("alerts.yml"), blind).expect("the temporary directory is writable");
	fs::write(elsewhere.path().join("alerts_test.yml"), tests).expect("the temporary directory is writable");
	let failed = Run::of(
		program("promtool")
			.args(["test", "rules", "alerts_test.yml"])
			.current_dir(elsewhere.path()),
	);
	failed.expect(1, "FAILED");
}

fn read(name: &str) -> String {
	fs::read_to_string(monitoring().join(name)).expect("it comes with the project")
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_and_dashboard_ask_for_what_nodes_tell() {
	let network = Network::local().await;
	let home = network.directory().join("prometheus");
	let consoles = home.join("consoles");
	fs::create_dir_all(&consoles).expect("the network's directory is writable");
	fs::copy(monitoring().join("alerts.yml"), home.join("alerts.yml")).expect("it comes with the project");
	fs::copy(monitoring().join("console.html"), consoles.join("chirograph.html")).expect("it comes with the project");
	let targets: Vec<_> = network
		.nodes
		.iter()
		.map(|node| format!("\"{}\"", node.metrics_address()))
		.collect();
	let config = read("prometheus.yml")
		.replace("15s", "1s")
		.replace("[localhost:9615]", &format!("[{}]", targets.join(", ")));
	fs::write(home.join("prometheus.yml"), config).expect("the network's directory is writable");

	let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback interface has free ports");
	let address = listener.local_addr().expect("it listens").to_string();
	drop(listener);
	let log = fs::File::create(home.join("log")).expect("the network's directory is writable");
	let _prometheus = Running::start(
		program("prometheus")
			.args(["--config.file=prometheus.yml", "--storage.tsdb.path=data"])
			.args(["--web.console.templates=consoles", "--web.console.libraries=consoles"])
			.arg(format!("--web.listen-address={address}"))
			.current_dir(&home)
			.stdout(Stdio::null())
			.stderr(log),
	);

	let (rules, console) = (read("alerts.yml"), read("console.html"));
	let mut asked = metrics_in(&rules);
	asked.extend(metrics_in(&console));
	asked.retain(|metric| !CONDITIONAL.contains(metric));
	assert!(asked.len() > 12, "{asked:?}");
	let deadline = Instant::now() + DEADLINE;
	loop {
		let left = match get(&address, "/-/ready") {
			Some(_) => missing(&asked, &address),
			None => vec!["Prometheus itself"],
		};
		if left.is_empty() {
			break;
		}
		let log = fs::read_to_string(home.join("log")).unwrap_or_default();
		assert!(Instant::now() < deadline, "nobody tells {left:?}\n{log}");
		sleep(POLL).await;
	}
	// The control: what nobody tells is found to be missing.
	assert_eq!(
		missing(&BTreeSet::from(["chirograph_unheard_of"]), &address),
		["chirograph_unheard_of"]
	);

	// What nodes tell of the ledger is what the ledger says.
	let strength: Strength = network.nodes[0].ask_runtime("ValidatorsApi_strength", &()).await;
	let metrics = get(&network.nodes[0].metrics_address(), "/metrics").expect("the node tells its metrics");
	for (name, expected) in [
		("chirograph_seats", f64::from(strength.seats)),
		("chirograph_tolerated_faults", f64::from(strength.tolerated)),
		("chirograph_coalition_stop_seats", f64::from(strength.stop.seats)),
		("chirograph_margin_total", strength.margin as f64 / 1e12),
		("chirograph_open_incidents", 0.0),
	] {
		assert_eq!(told(&metrics, name), Some(expected), "{name}");
	}

	let rules = ask(&address, "/api/v1/rules").to_string();
	assert!(
		rules.contains("\"health\":\"ok\"") && !rules.contains("\"health\":\"err\""),
		"{rules}"
	);
	// It asks one node after the other.
	let deadline = Instant::now() + DEADLINE;
	let page = loop {
		let page = get(&address, "/consoles/chirograph.html").expect("the console is a template that Prometheus takes");
		let shows = |node: &Node| page.contains(&format!("<td>{}</td>", node.metrics_address()));
		if network.nodes.iter().all(shows) {
			break page;
		}
		assert!(Instant::now() < deadline, "{page}");
		sleep(POLL).await;
	};
	assert!(page.contains(&format!("<td>seats</td><td>{}</td>", strength.seats)), "{page}");
}
