//! Generated documents equal what the code says.

/// Compares a document with the code, or writes it when `UPDATE_DOCUMENTS` is set.
fn in_step(file: &str, expected: &str) {
    let path = crate::root().join(file);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, expected).expect("the checkout can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{file} is out of step with the code; run UPDATE_DOCUMENTS=1 ./run test and commit it"
    );
}

#[test]
fn the_error_index_lists_every_code() {
    in_step("docs/ERRORS.md", &server::error_index());
}

#[test]
fn every_error_code_is_listed_once_and_has_a_remedy() {
    let codes = server::all_error_codes();
    for pair in codes.windows(2) {
        assert!(
            pair[0].code < pair[1].code,
            "{} is listed twice",
            pair[1].code
        );
    }
    for code in codes {
        let digits = code.code.strip_prefix('E').unwrap_or_default();
        assert!(
            digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()),
            "{}",
            code.code
        );
        assert!(
            !code.cause.is_empty() && !code.remedy.is_empty(),
            "{} says too little",
            code.code
        );
    }
}

#[test]
fn every_code_a_message_can_carry_is_listed() {
    let listed: std::collections::BTreeSet<&str> = server::all_error_codes()
        .into_iter()
        .map(|code| code.code)
        .collect();
    for path in crate::tidy::sources() {
        if path.components().any(|part| part.as_os_str() == "tests") {
            continue; // tests make codes up
        }
        let text = std::fs::read_to_string(&path).expect("sources are text");
        let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (place, _) in shipped.match_indices("\"E") {
            let code: &str = shipped.get(place + 1..place + 6).unwrap_or_default();
            let is_code = code.len() == 5 && code[1..].bytes().all(|byte| byte.is_ascii_digit());
            assert!(
                !is_code || listed.contains(code),
                "{}: {code} is not in the error index",
                path.display()
            );
        }
    }
}

#[test]
fn the_description_of_the_api_is_that_of_the_code() {
    let description = http_api::openapi_json();
    assert!(
        description.contains("\"openapi\": \"3.1.0\""),
        "OpenAPI 3.1"
    );
    in_step("docs/openapi.json", &description);
}

#[test]
fn the_schema_page_lists_every_table() {
    in_step("datasets/SCHEMA.md", &tables::schema::markdown());
}
