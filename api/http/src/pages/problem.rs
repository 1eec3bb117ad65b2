//! What a reader sees when something went wrong.

use askama::Template;
use charts::Language;

use super::Page;
use crate::problem::Problem;
use crate::view::PlannerView;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    page: Page<'a>,
    title: &'static str,
    detail: &'a str,
    code: &'static str,
    correlation_id: &'a str,
}

pub(crate) fn page(
    view: &PlannerView,
    problem: &Problem,
    language: Language,
    correlation_id: &str,
) -> Result<String, askama::Error> {
    let page = ProblemPage {
        page: Page::new(view, language, "/"),
        title: problem.kind.title(language),
        detail: &problem.detail,
        code: problem.kind.code(),
        correlation_id,
    };
    page.render()
}
