// SPDX-License-Identifier: Apache-2.0

//! Time servers, and clocks that are wrong.

use crate::network::{free_ports, path};
use chirograph_clock::{authorities, Client, Server};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::{
	fs::{self, File},
	net::UdpSocket,
	os::unix::fs::FileExt,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a time server may take to answer after it was started.
const START_DEADLINE: Duration = Duration::from_secs(30);

/// A wall clock that a test moves, for processes that go by it.
pub struct ShiftedClock {
	library: PathBuf,
	file: PathBuf,
}

impl ShiftedClock {
	/// One that is right. Its files go to `directory`.
	pub fn new(directory: &Path, name: &str) -> Self {
		let clock = Self {
			library: directory.join(format!("{name}.so")),
			file: directory.join(format!("{name}.shift")),
		};
		let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("clock-shim/shift.c");
		let compiled = Command::new("cc")
			.args(["-O2", "-shared", "-fPIC", "-o"])
			.args([&clock.library, &source])
			.arg("-ldl")
			.output();
		let compiled = compiled.expect("a C compiler is there: scripts/setup");
		assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
		fs::write(&clock.file, 0i64.to_ne_bytes()).expect("the directory is writable");
		clock
	}

	/// Moves it so that it is ahead of the machine's by that many milliseconds. At once, also for who runs.
	pub fn set_ahead(&self, millis: i64) {
		let file = File::options().write(true).open(&self.file).expect("it was made");
		// In one piece, and never shorter: it is mapped into memory.
		file.write_all_at(&millis.to_ne_bytes(), 0)
			.expect("the directory is writable");
	}

	/// What a process must have in its environment to go by it.
	pub fn environment(&self) -> [(&'static str, PathBuf); 2] {
		[("LD_PRELOAD", self.library.clone()), ("CLOCK_SHIFT_FILE", self.file.clone())]
	}
}

/// Who certifies time servers.
pub struct TimeAuthority {
	issuer: CertifiedIssuer<'static, KeyPair>,
	/// Its certificate, in PEM.
	pub file: PathBuf,
}

impl TimeAuthority {
	/// With a key of its own. Its certificate goes to `directory`.
	pub fn new(directory: &Path, name: &str) -> Self {
		let mut params = CertificateParams::default();
		params.distinguished_name.push(DnType::CommonName, name);
		params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
		let key = KeyPair::generate().expect("keys can be made");
		let issuer = CertifiedIssuer::self_signed(params, key).expect("it signs its own");
		let file = directory.join(format!("{name}.pem"));
		fs::write(&file, issuer.pem()).expect("the directory is writable");
		Self { issuer, file }
	}

	/// Certificate and key of a server on this machine.
	fn certify(&self, directory: &Path, name: &str) -> [PathBuf; 2] {
		let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("that is an address");
		let key = KeyPair::generate().expect("keys can be made");
		let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs it");
		let files = ["certificate", "key"].map(|part| directory.join(format!("{name}.{part}.pem")));
		for (file, content) in files.iter().zip([certificate.pem(), key.serialize_pem()]) {
			fs::write(file, content).expect("the directory is writable");
		}
		files
	}
}

/// A time server: chrony's, on free ports of the loopback interface, without a hand on the machine's clock.
pub struct TimeServer {
	/// Over NTS, as a node is told.
	pub nts: String,
	/// Over plain NTP, as a node is told.
	pub ntp: String,
	/// The one that it goes by.
	pub clock: ShiftedClock,
	configuration: PathBuf,
	log: PathBuf,
	authority: PathBuf,
	process: Option<Child>,
}

impl TimeServer {
	/// Starts one whose clock is right, and returns when it answers.
	pub async fn start(directory: &Path, name: &str, authority: &TimeAuthority) -> Self {
		let [certificate, key] = authority.certify(directory, name);
		let nts_port = free_ports(1).remove(0);
		let ntp_port = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
		let ntp_port = ntp_port.expect("the loopback interface has free ports").port();
		let configuration = directory.join(format!("{name}.conf"));
		let lines = [
			format!("port {ntp_port}"),
			"bindaddress 127.0.0.1".into(),
			"allow 127.0.0.1".into(),
			// No door for commands.
			"cmdport 0".into(),
			"bindcmdaddress /".into(),
			format!("pidfile {}", path(&directory.join(format!("{name}.pid")))),
			// It believes its own clock.
			"local stratum 8".into(),
			format!("ntsport {nts_port}"),
			// In this process, and no other that would outlive it.
			"ntsprocesses 0".into(),
			format!("ntsservercert {}", path(&certificate)),
			format!("ntsserverkey {}", path(&key)),
		];
		fs::write(&configuration, lines.join("\n") + "\n").expect("the directory is writable");
		let mut server = Self {
			nts: format!("nts:127.0.0.1:{nts_port}"),
			ntp: format!("ntp:127.0.0.1:{ntp_port}"),
			clock: ShiftedClock::new(directory, name),
			configuration,
			log: directory.join(format!("{name}.log")),
			authority: authority.file.clone(),
			process: None,
		};
		server.run().await;
		server
	}

	/// Starts it again, and returns when it answers.
	pub async fn run(&mut self) {
		assert!(self.process.is_none(), "it runs already");
		let user = Command::new("id")
			.arg("-un")
			.output()
			.expect("id of coreutils is there")
			.stdout;
		let log = File::options().create(true).append(true).open(&self.log);
		let log = log.expect("the directory is writable");
		// Should this process be killed, the server is killed with it.
		let process = Command::new("setpriv")
			.args(["--pdeathsig", "KILL", "/usr/sbin/chronyd", "-x", "-d", "-U", "-u"])
			.arg(String::from_utf8_lossy(&user).trim())
			.args(["-f", path(&self.configuration)])
			.envs(self.clock.environment())
			.stdin(Stdio::null())
			.stdout(log.try_clone().expect("an open file can be shared"))
			.stderr(log)
			.spawn();
		self.process = Some(process.expect("setpriv of util-linux starts the server"));
		for server in [&self.nts, &self.ntp] {
			self.wait_for_answer(server).await;
		}
	}

	async fn wait_for_answer(&self, server: &str) {
		let authorities = authorities(Some(&self.authority)).expect("the file has a certificate in it");
		let server: Server = server.parse().expect("a time server");
		let mut client = Client::new(server, authorities);
		let deadline = Instant::now() + START_DEADLINE;
		while let Err(fault) = client.measure().await {
			let log = fs::read_to_string(&self.log).unwrap_or_default();
			assert!(
				Instant::now() < deadline,
				"{fault}; is chrony installed? scripts/setup chrony\n{log}"
			);
			sleep(Duration::from_millis(50)).await;
		}
	}

	/// Ends it.
	pub fn kill(&mut self) {
		if let Some(mut process) = self.process.take() {
			// It may have ended by itself.
			let _ = process.kill();
			let _ = process.wait();
		}
	}
}

impl Drop for TimeServer {
	fn drop(&mut self) {
		self.kill();
	}
}
