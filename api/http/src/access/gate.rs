//! The gate before every route that needs a token: who is it, may they, and what is logged.

use std::sync::Arc;

use axum::RequestExt;
use axum::extract::{MatchedPath, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ReferenceId;
use domain::procedure::Role;
use store::{Access, Export, Grant, ProcedureStore};

use super::caller::Caller;
use super::table::{ROUTES, Records, Route};
use super::token::token_sha256;
use crate::correlation::CorrelationId;
use crate::problem::{Kind, Problem};
use crate::service::Service;

/// An answer that gave nothing about persons out, although its route could: not logged as read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NothingRead;

/// An answer with single records of an extract: logged with what it was for and what went out.
#[derive(Debug, Clone)]
pub(crate) struct Exported(pub(crate) Export);

/// Lets through whom the table allows, and logs what was read and refused.
pub(crate) async fn gate(
    State(service): State<Arc<Service>>,
    mut request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("", MatchedPath::as_str).to_owned();
    let correlation_id = correlation(&request);
    let caller = match authenticate(&service, request.headers(), correlation_id).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let method = request.method().clone();
    let subject = first_key(&mut request).await;
    let route = Route::of(method.as_str(), &path);
    if let Some(problem) = refusal(&service, &caller, route, &path).await {
        let resource = format!("{method} {path}");
        let is_logged = problem.kind == Kind::CHILDREN_NEVER_LEAVE
            || route.is_some_and(|route| route.records == Records::Persons);
        let access = is_logged.then(|| {
            let status = problem.kind.status();
            access(&service, &caller, "refused", resource, subject, status)
        });
        let mut response = logged(&service, access, problem.into_response()).await;
        name_methods(&path, &mut response);
        return response;
    }
    request.extensions_mut().insert(caller.clone());
    let response = next.run(request).await;
    let action = route.and_then(|route| action(route, &response));
    let access = action.zip(route).map(|(action, route)| {
        let status = response.status();
        let access = access(&service, &caller, action, route.resource(), subject, status);
        let export = response.extensions().get::<Exported>();
        let export = export.filter(|_| action == "read");
        match export.cloned() {
            Some(Exported(export)) => Access {
                action: "exported",
                export: Some(export),
                ..access
            },
            None => access,
        }
    });
    logged(&service, access, response).await
}

/// Addresses nobody serves. Below `/v1/children` planners hear why, and the log has it.
pub(crate) async fn unknown_address(
    State(service): State<Arc<Service>>,
    method: Method,
    request: Request,
) -> Response {
    if !is_about_children(request.uri().path()) {
        return Problem::not_found().into_response();
    }
    let correlation_id = correlation(&request);
    let caller = match authenticate(&service, request.headers(), correlation_id).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let kind = if sees_no_children(caller.role()) {
        Kind::CHILDREN_NEVER_LEAVE
    } else {
        Kind::NOT_FOUND
    };
    let resource = format!("{method} /v1/children/…");
    let access = access(&service, &caller, "refused", resource, None, kind.status());
    logged(
        &service,
        Some(access),
        Problem::new(kind, "").into_response(),
    )
    .await
}

fn is_about_children(path: &str) -> bool {
    path == "/v1/children" || path.starts_with("/v1/children/")
}

const fn sees_no_children(role: Role) -> bool {
    matches!(role, Role::CityPlanner | Role::CityStatistics)
}

/// Why the caller may not pass; deny is the default.
async fn refusal(
    service: &Service,
    caller: &Caller,
    route: Option<&Route>,
    path: &str,
) -> Option<Problem> {
    if is_about_children(path) && sees_no_children(caller.role()) {
        return Some(Problem::new(Kind::CHILDREN_NEVER_LEAVE, ""));
    }
    let Some(route) = route else {
        return Some(Problem::new(Kind::METHOD_NOT_ALLOWED, ""));
    };
    if !route.roles.contains(&caller.role()) {
        let roles: Vec<&str> = route.roles.iter().map(|role| role.as_str()).collect();
        let detail = format!("{} is for {}", route.resource(), roles.join(", "));
        return Some(Problem::new(Kind::ROLE_NOT_ALLOWED, detail));
    }
    agreement_missing(service, caller).await
}

/// A provider without an agreement in force has no access (K19, K48).
async fn agreement_missing(service: &Service, caller: &Caller) -> Option<Problem> {
    if !caller.role().is_of_a_provider() {
        return None;
    }
    let ended = || Some(Problem::new(Kind::AGREEMENT_ENDED, ""));
    let Some(provider) = caller.own_provider() else {
        return ended();
    };
    match service.takes_part(provider).await {
        Ok(true) => None,
        Ok(false) => ended(),
        Err(problem) => Some(problem),
    }
}

/// The name of the request, as [`crate::finish`] gave it.
fn correlation(request: &Request) -> CorrelationId {
    let known = request.extensions().get::<CorrelationId>().cloned();
    known.unwrap_or_else(|| CorrelationId::of(request.headers()))
}

async fn authenticate(
    service: &Service,
    headers: &HeaderMap,
    CorrelationId(correlation_id): CorrelationId,
) -> Result<Caller, Problem> {
    let grant = grant(service, headers).await?;
    Ok(Caller {
        grant,
        correlation_id,
    })
}

async fn grant(service: &Service, headers: &HeaderMap) -> Result<Grant, Problem> {
    let missing = || Problem::new(Kind::TOKEN_MISSING, "");
    let given = headers.get(header::AUTHORIZATION).ok_or_else(missing)?;
    let given = given.to_str().map_err(|_| missing())?;
    let (scheme, token) = given.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(missing());
    }
    grant_of(service, token.trim()).await
}

/// What a token allows, unless its time is over.
pub(crate) async fn grant_of(service: &Service, token: &str) -> Result<Grant, Problem> {
    let grant = service.store.grant_of(&token_sha256(token)).await?;
    let grant = grant.ok_or_else(|| Problem::new(Kind::TOKEN_UNKNOWN, ""))?;
    let now = service.clock.now();
    // Clocks of several processes may differ: a revocation holds at once, whatever its time.
    if grant.revoked_at.is_some() {
        return Err(Problem::new(Kind::TOKEN_REVOKED, ""));
    }
    if grant.expires_at <= now {
        return Err(Problem::new(Kind::TOKEN_EXPIRED, ""));
    }
    Ok(grant)
}

/// The first key of the address, if it has the form of one.
async fn first_key(request: &mut Request) -> Option<String> {
    let keys = request.extract_parts::<RawPathParams>().await.ok()?;
    let (_, key) = keys.iter().next()?;
    ReferenceId::well_formed(key)
        .is_ok()
        .then(|| key.to_owned())
}

/// What the access log says of an answer; `None` for nothing.
fn action(route: &Route, response: &Response) -> Option<&'static str> {
    if route.records != Records::Persons {
        return None;
    }
    let status = response.status();
    if status == StatusCode::FORBIDDEN || status == StatusCode::NOT_FOUND {
        return Some("refused");
    }
    let gave_nothing = response.extensions().get::<NothingRead>().is_some();
    (route.reads && status.is_success() && !gave_nothing).then_some("read")
}

fn access(
    service: &Service,
    caller: &Caller,
    action: &'static str,
    resource: String,
    subject: Option<String>,
    status: StatusCode,
) -> Access {
    Access {
        at: service.clock.now(),
        correlation_id: caller.correlation_id.clone(),
        actor_id: caller.grant.actor.as_str().to_owned(),
        role: caller.role().as_str().to_owned(),
        provider: caller.grant.provider.clone(),
        action,
        resource,
        subject,
        status: status.as_u16(),
        export: None,
    }
}

/// An answer goes out only with its entry in the log.
async fn logged(service: &Service, access: Option<Access>, response: Response) -> Response {
    let Some(access) = access else {
        return response;
    };
    match service.store.record_access(&access).await {
        Ok(_) => response,
        Err(error) => Problem::from(error).into_response(),
    }
}

/// RFC 9110 asks that 405 names the methods there are.
fn name_methods(path: &str, response: &mut Response) {
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return;
    }
    let methods = ROUTES.iter().filter(|route| route.path == path);
    let methods: Vec<&str> = methods.map(|route| route.method).collect();
    if let Ok(value) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, value);
    }
}
