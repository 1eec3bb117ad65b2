//! Suppression of instances other programs protected: what they hid and what we hide.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests are tests too

mod shared_cases;

use disclosure::{SuppressionRule, ZeroRule};
use shared_cases::Case;

#[test]
#[ignore]
fn explore() {
    for (path, k) in [("gauss/z1_maxN3",4),("gauss/z2_maxN3",4),("gauss/z3_maxN3",4),("gauss/mun_accidents_maxN3",4),("gauss/sosialFiktiv_regionXhovedint",4),("gauss/sosialFiktiv_maxN3",4),("regional22541/gauss_maxN2",3),("regional22541/gauss_maxN3",4), ("gauss/z2_maxN3_zeros_not_protected",4),("gauss/z1_maxN5",6),("gauss/z2_maxN10",11),("gauss/z3_maxN5",6),("gauss/km2_maxN2",3)] {
        let Some(case) = Case::read(path) else { return };
        let zeros = if case.zeros_protected() { ZeroRule::Suppressed } else { ZeroRule::Published };
        for rule in [SuppressionRule::Ambiguity, SuppressionRule::Recovery] {
            let start = shared_cases::Cpu::now();
            let pattern = case.instance.protect(k, zeros, rule);
            match pattern {
            Ok(pattern) => println!("{path} {rule:?} primary {}/{} suppressed {} peer {} {:?}", pattern.primary_cells(), case.primary, pattern.suppressed_cells(), case.suppressed, start.elapsed()),
            Err(e) => println!("{path} {rule:?} {e}"),
            }
        }
    }
}

#[test]
#[ignore]
fn explore_speed() {
    for (rows, columns) in [(10_000, &["place", "care", "hours"][..]), (100_000, &["place", "care", "hours"]), (10_000, &["place", "care", "age"]), (10_000, &["place", "care", "age", "hours"]), (100_000, &["place", "care", "age", "hours"])] {
        let start = shared_cases::Cpu::now();
        let instance = shared_cases::city::instance(rows, columns);
        let built = start.elapsed();
        let pattern = instance.protect(3, ZeroRule::Published, SuppressionRule::Ambiguity).unwrap();
        println!("{rows} {columns:?} {instance:?} primary {} suppressed {} built {built:?} all {:?}", pattern.primary_cells(), pattern.suppressed_cells(), start.elapsed());
    }
}

#[test]
#[ignore]
fn explore_audit() {
    for (path, _) in [("gauss/z3_maxN3",4),("gauss/sosialFiktiv_regionXhovedint",4),("regional22541/gauss_maxN2",3), ("gauss/sosialFiktiv_maxN3",4)] {
        let Some(case) = Case::read(path) else { return };
        let start = shared_cases::Cpu::now();
        let audit = case.instance.audit(&case.is_suppressed).unwrap();
        println!("{path} {} {:?}", audit.cells.len(), start.elapsed());
    }
    let instance = shared_cases::city::instance(10_000, &["place", "care", "hours"]);
    let pattern = instance.protect(3, ZeroRule::Published, SuppressionRule::Ambiguity).unwrap();
    let start = shared_cases::Cpu::now();
    let audit = instance.audit(pattern.suppressed()).unwrap();
    println!("B10k {} {:?}", audit.cells.len(), start.elapsed());
}
