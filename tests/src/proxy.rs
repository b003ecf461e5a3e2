// SPDX-License-Identifier: Apache-2.0

use std::{net::SocketAddr, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	task::JoinHandle,
	time::sleep,
};

/// A slow line: a TCP proxy that lets through so many bytes a second in each direction, and no more.
pub struct Throttle {
	/// Where it listens.
	pub address: SocketAddr,
	task: JoinHandle<()>,
}

impl Throttle {
	/// In front of a port of this machine.
	pub async fn new(port: u16, bytes_per_second: usize) -> Self {
		let listener = TcpListener::bind("127.0.0.1:0")
			.await
			.expect("the loopback interface has free ports");
		let address = listener.local_addr().expect("a listener has an address");
		let task = tokio::spawn(async move {
			while let Ok((inner, _)) = listener.accept().await {
				let Ok(outer) = TcpStream::connect(("127.0.0.1", port)).await else {
					continue;
				};
				let ((read_inner, write_inner), (read_outer, write_outer)) = (inner.into_split(), outer.into_split());
				tokio::spawn(forward(read_inner, write_outer, bytes_per_second));
				tokio::spawn(forward(read_outer, write_inner, bytes_per_second));
			}
		});
		Self { address, task }
	}
}

impl Drop for Throttle {
	fn drop(&mut self) {
		self.task.abort();
	}
}

async fn forward(mut from: impl AsyncReadExt + Unpin, mut to: impl AsyncWriteExt + Unpin, bytes_per_second: usize) {
	const STEPS_PER_SECOND: usize = 20;
	let mut buffer = vec![0; (bytes_per_second / STEPS_PER_SECOND).max(1)];
	while let Ok(read @ 1..) = from.read(&mut buffer).await {
		if to.write_all(&buffer[..read]).await.is_err() {
			return;
		}
		sleep(Duration::from_secs(1) / STEPS_PER_SECOND as u32).await;
	}
}
