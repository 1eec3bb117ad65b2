//! Balanced tags, quoted attributes and no id twice: what a validator would catch first.

/// Elements without an end tag (HTML Living Standard, 13.1.2).
const VOID: [&str; 6] = ["meta", "link", "img", "input", "br", "hr"];

/// Checks a page; the first problem in words.
pub(crate) fn check(page: &str) -> Result<(), String> {
    let Some(page) = page.strip_prefix("<!DOCTYPE html>") else {
        return Err("no document type".to_owned());
    };
    let mut open: Vec<&str> = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        if rest[..start].contains('>') {
            return Err(format!("a bare > near {:?}", &rest[..start.min(60)]));
        }
        let end = rest[start..].find('>').ok_or("a tag without end")? + start;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let opened = open
                .pop()
                .ok_or_else(|| format!("</{name}> without start"))?;
            if opened != name {
                return Err(format!("</{name}> closes <{opened}>"));
            }
            continue;
        }
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("<{tag}> is no tag"));
        }
        if !tag.matches('"').count().is_multiple_of(2) {
            return Err(format!("quotes of <{tag}>"));
        }
        if name == "img" && !tag.contains(" alt=\"") {
            return Err(format!("<{tag}> has no text alternative"));
        }
        if let Some(id) = tag
            .split(" id=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            && !ids.insert(id)
        {
            return Err(format!("id {id:?} twice"));
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    match open.last() {
        None => Ok(()),
        Some(name) => Err(format!("<{name}> is never closed")),
    }
}

#[test]
fn broken_pages_are_noticed() {
    let page =
        |body: &str| format!("<!DOCTYPE html>\n<html lang=\"de\"><body>{body}</body></html>");
    assert_eq!(check(&page("<p>a</p><img src=\"x\" alt=\"\">")), Ok(()));
    for broken in [
        "<p>a",
        "<p><b>a</p></b>",
        "</p>",
        "<p class=\"a>b</p>",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<img src=\"x\">",
        "a > b<p></p>",
    ] {
        assert!(check(&page(broken)).is_err(), "{broken}");
    }
}
