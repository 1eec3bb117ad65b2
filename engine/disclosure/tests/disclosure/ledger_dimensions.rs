//! The gate over dimensions of one member.

use disclosure::{
    ConfidentialTable, Dimension, LedgerDecision, Member, ReleaseLedger, ReleaseRequest,
};

use crate::ledger::{CARE, label, policy, scope};

/// Children by area beside a table whose dimension of care types has one member, and which puts two of the
/// areas together.
fn with_one_member(put_together: [&str; 2], alone: &str, counts: [u32; 2]) -> ReleaseRequest {
    let members = |codes: &[&str]| codes.iter().map(|it| Member::new(*it, label())).collect();
    let areas = Dimension::new("area", label(), members(&["both", alone]));
    let care = Dimension::new("care", label(), members(&["all"]));
    let table = ConfidentialTable::new("coarse", label(), vec![areas, care], counts.to_vec());
    ReleaseRequest::new(table.unwrap(), policy(), scope(0))
        .with_parts("area", "both", put_together)
        .with_parts("care", "all", CARE)
}

#[test]
fn a_dimension_with_one_member_does_not_blind_the_gate() {
    let members = ["a", "b", "c"].map(|it| Member::new(it, label())).to_vec();
    let areas = vec![Dimension::new("area", label(), members)];
    let table = ConfidentialTable::new("fine", label(), areas, vec![2, 30, 40]).unwrap();
    let first = ReleaseRequest::new(table, policy(), scope(0));
    let mut ledger = ReleaseLedger::default();
    let passed = ledger
        .decide_hiding(&first)
        .unwrap()
        .expect("it is the first");
    ledger.record(passed);
    // The first hides a, and b or c: whoever shows that one gives a away.
    let mut refused = 0;
    for request in [
        with_one_member(["a", "b"], "c", [32, 40]),
        with_one_member(["a", "c"], "b", [42, 30]),
    ] {
        let LedgerDecision::Refused(refusal) = ledger.decide(&request).unwrap() else {
            continue;
        };
        refused += 1;
        let proposal = refusal.proposal().expect("hiding helps");
        assert!(!proposal.hidden().is_empty(), "{}", proposal.english());
        let hidden = ledger
            .decide_hiding(&request)
            .unwrap()
            .expect("hiding helps");
        let shown = hidden.table().cells().filter(|cell| cell.value.is_some());
        assert!(
            shown.count() < 6,
            "the single member and the total are hidden together"
        );
    }
    assert_eq!(refused, 1);
}
