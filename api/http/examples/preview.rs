//! Serves the pages over a made-up city: `cargo run -p placewright-http --example preview 8099`.

#[path = "../tests/pages/made_up.rs"]
mod made_up;
#[path = "../tests/pages/made_up_forecasts.rs"]
mod made_up_forecasts;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(8099), |text| text.parse())?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, http_api::router(Arc::new(made_up::view()))).await?;
    Ok(())
}
