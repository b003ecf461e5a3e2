// SPDX-License-Identifier: Apache-2.0

use crate::Node;
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use std::{
	collections::HashMap,
	net::SocketAddr,
	sync::{Arc, Mutex},
};
use tokio::{
	net::{TcpListener, TcpStream},
	task::JoinHandle,
};
use tokio_tungstenite::{accept_async, connect_async, tungstenite::Message};

/// A node that lies: a proxy in front of an honest one that alters what it answers.
pub struct Liar {
	address: SocketAddr,
	task: JoinHandle<()>,
}

type Rephrase = dyn Fn(&str, Value) -> Value + Send + Sync;
type Lie = dyn Fn(&str, &Value, Value) -> Value + Send + Sync;

struct Story {
	rephrase: Box<Rephrase>,
	lie: Box<Lie>,
}

/// What was asked and not answered yet, by the id of the request: method and parameters.
type Asked = HashMap<String, (String, Value)>;

impl Liar {
	/// In front of `node`. `lie` is given method, parameters and result, and says what the result shall be instead. What a subscription
	/// brings is a result without parameters, and its method the one of the notification. Errors are passed on.
	pub async fn new(node: &Node, lie: impl Fn(&str, &Value, Value) -> Value + Send + Sync + 'static) -> Self {
		Self::rephrasing(node, |_, parameters| parameters, lie).await
	}

	/// As [`Self::new`], and the node is asked with the parameters that `rephrase` makes of method and parameters: it can be made to
	/// answer about something else. `lie` is given the parameters as they were.
	pub async fn rephrasing(
		node: &Node,
		rephrase: impl Fn(&str, Value) -> Value + Send + Sync + 'static,
		lie: impl Fn(&str, &Value, Value) -> Value + Send + Sync + 'static,
	) -> Self {
		let listener = TcpListener::bind("127.0.0.1:0")
			.await
			.expect("the loopback interface has free ports");
		let address = listener.local_addr().expect("a listener has an address");
		let story = Arc::new(Story {
			rephrase: Box::new(rephrase),
			lie: Box::new(lie),
		});
		let node = node.url();
		let task = tokio::spawn(async move {
			while let Ok((client, _)) = listener.accept().await {
				tokio::spawn(story.clone().tell(client, node.clone()));
			}
		});
		Self { address, task }
	}

	/// In front of `node`, as if nothing had happened since it was first asked: what runtime APIs answered to a question once, they answer for
	/// ever. Of those whose names begin with one of `apis`.
	pub async fn repeating(node: &Node, apis: &'static [&'static str]) -> Self {
		let first = Mutex::new(HashMap::<String, Value>::new());
		let lie = move |method: &str, parameters: &Value, result: Value| {
			let asked = parameters[0].as_str().unwrap_or_default();
			if method != "state_call" || !apis.iter().any(|api| asked.starts_with(api)) {
				return result;
			}
			// Of which block it is asked does not matter to it.
			let asked = format!("{asked} {}", parameters[1]);
			let mut first = first.lock().expect("nobody panics with it");
			first.entry(asked).or_insert(result).clone()
		};
		Self::new(node, lie).await
	}

	/// Where its RPC is.
	pub fn url(&self) -> String {
		format!("ws://{}", self.address)
	}
}

impl Drop for Liar {
	fn drop(&mut self) {
		self.task.abort();
	}
}

impl Story {
	/// Ends, with nothing to say, when one of the two goes away.
	async fn tell(self: Arc<Self>, client: TcpStream, node: String) -> Option<()> {
		let mut client = accept_async(client).await.ok()?;
		let (mut node, _) = connect_async(node).await.ok()?;
		let mut asked = Asked::new();
		// Pings are answered by the library.
		loop {
			tokio::select! {
				message = client.next() => {
					if let Message::Text(text) = message?.ok()? {
						node.send(Message::text(self.question(&text, &mut asked))).await.ok()?;
					}
				},
				message = node.next() => {
					if let Message::Text(text) = message?.ok()? {
						client.send(Message::text(self.answer(&text, &mut asked))).await.ok()?;
					}
				},
			}
		}
	}

	fn question(&self, text: &str, asked: &mut Asked) -> String {
		let Ok(mut request) = serde_json::from_str::<Value>(text) else {
			return text.into();
		};
		if let (Some(id), Some(method)) = (request.get("id"), request["method"].as_str()) {
			let (id, method, parameters) = (id.to_string(), method.to_owned(), request["params"].clone());
			let rephrased = (self.rephrase)(&method, parameters.clone());
			if rephrased != parameters {
				request["params"] = rephrased;
			}
			asked.insert(id, (method, parameters));
		}
		request.to_string()
	}

	fn answer(&self, text: &str, asked: &mut Asked) -> String {
		let Ok(mut answer) = serde_json::from_str::<Value>(text) else {
			return text.into();
		};
		let asked = answer.get("id").and_then(|id| asked.remove(&id.to_string()));
		let (method, parameters, result) = match asked {
			Some((method, parameters)) => (method, parameters, answer.get_mut("result")),
			None => {
				let method = answer["method"].as_str().unwrap_or_default().to_owned();
				(method, Value::Null, answer.pointer_mut("/params/result"))
			},
		};
		if let Some(result) = result {
			*result = (self.lie)(&method, &parameters, result.take());
		}
		answer.to_string()
	}
}
