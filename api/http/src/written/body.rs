//! Bodies, never larger than allowed.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};

use crate::problem::{Kind, Problem};

/// Reads a body of at most `limit` bytes; a longer one is not read to its end.
pub(crate) async fn read_body(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        let detail = format!("at most {limit} bytes are taken");
        Problem::new(Kind::BODY_TOO_LARGE, detail)
    };
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| u64::try_from(limit).is_ok_and(|limit| length > limit)) {
        return Err(too_large());
    }
    match to_bytes(body, limit).await {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) if is_length_limit(&error) => Err(too_large()),
        Err(_) => Err(Problem::new(
            Kind::BAD_HEADER,
            "the body broke off before its end",
        )),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_announced_or_not() {
        let read = |announced: Option<&'static str>, size: usize| async move {
            let mut headers = HeaderMap::new();
            if let Some(length) = announced {
                headers.insert(header::CONTENT_LENGTH, length.parse().unwrap());
            }
            let body = Body::from(vec![b'x'; size]);
            let read = read_body(&headers, body, 10).await;
            read.map(|bytes| bytes.len())
                .map_err(|problem| problem.kind)
        };
        assert_eq!(read(None, 10).await, Ok(10));
        assert_eq!(read(None, 11).await, Err(Kind::BODY_TOO_LARGE));
        assert_eq!(read(Some("11"), 0).await, Err(Kind::BODY_TOO_LARGE));
    }
}
