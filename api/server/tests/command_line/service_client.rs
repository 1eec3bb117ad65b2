//! A server process of its own and a client that speaks HTTP/1.1 with it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use domain::ProviderId;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// `placewright serve`, killed when dropped.
pub(crate) struct Server {
    process: Child,
    address: String,
    _output: BufReader<ChildStdout>,
}

impl Server {
    /// Starts it on a free port; it leaves tokens for both providers in a file.
    pub(crate) fn start(database: &str, tokens: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_placewright"))
            .args(["serve", "--database", database, "--listen", "127.0.0.1:0"])
            .args(["--no-pages", "--demo-provider", "T1"])
            .args(["--demo-provider", "T2", "--demo-tokens"])
            .arg(tokens)
            .env_remove("PLACEWRIGHT_DATABASE")
            .env_remove("PLACEWRIGHT_LISTEN")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary was built for this test");
        let mut output = BufReader::new(process.stdout.take().expect("it was asked for"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            let length = output.read_line(&mut line).expect("it writes text");
            assert!(length > 0, "the server ended before it served");
            if let Some((_, address)) = line.split_once("Serving http://") {
                break address.split('/').next().unwrap_or_default().to_owned();
            }
        };
        Self {
            process,
            address,
            _output: output,
        }
    }

    /// Ends it as a power cut does: SIGKILL, nothing is finished.
    pub(crate) fn kill(&mut self) {
        // It may have ended; then there is nothing left to do.
        drop(self.process.kill());
        drop(self.process.wait());
    }

    /// Another connection to it.
    pub(crate) async fn connect(&self) -> Connection {
        let stream = TcpStream::connect(&self.address).await;
        let stream = stream.expect("the server listens");
        stream.set_nodelay(true).expect("it is a TCP connection");
        let (sender, transport) = handshake(TokioIo::new(stream))
            .await
            .expect("the server speaks HTTP/1.1");
        tokio::spawn(transport);
        Connection {
            sender,
            host: self.address.clone(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A connection that is kept open from request to request.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) is_replay: bool,
    pub(crate) body: Value,
}

impl Answer {
    /// The key of the contract concluded.
    pub(crate) fn contract(&self) -> Option<&str> {
        self.body["contract"].as_str()
    }

    /// The name of the problem.
    pub(crate) fn problem(&self) -> &str {
        let name = self.body["type"].as_str().unwrap_or_default();
        name.strip_prefix("urn:placewright:problem:")
            .unwrap_or_default()
    }
}

impl Connection {
    /// Concludes a contract on an offer.
    ///
    /// # Errors
    /// What the connection ended with; whether the contract was concluded is not known then.
    pub(crate) async fn conclude(
        &mut self,
        token: &str,
        key: &str,
        offer: &str,
    ) -> Result<Answer, hyper::Error> {
        let body = serde_json::json!({"offer": offer, "days_per_week": 5, "lunch": true});
        let request = Request::post("/v1/contracts")
            .header("host", &self.host)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(Full::new(Bytes::from(body.to_string())))
            .expect("every part is allowed");
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await?.to_bytes();
        Ok(Answer {
            status: head.status.as_u16(),
            is_replay: head.headers.contains_key("idempotency-replayed"),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        })
    }
}

/// The token for the staff of a provider, from the file a server left.
pub(crate) fn token_of_staff(tokens: &Path, provider: &ProviderId) -> String {
    let text = std::fs::read_to_string(tokens).expect("the server wrote it");
    let tokens: Value = serde_json::from_str(&text).expect("it is JSON");
    let tokens = tokens.as_array().expect("it is a list");
    let found = tokens
        .iter()
        .find(|it| it["role"] == "provider.staff" && it["provider"] == provider.as_str());
    let found = found.unwrap_or_else(|| panic!("{provider} has no token"));
    found["token"].as_str().expect("it is a text").to_owned()
}
