//! The proof of a suggestion round holds, and no corruption of it passes either verifier.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop at the first surprise, and says so when it skips"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::city::{generated, story_b};
use matching::{FamilyStatement, SuggestionInputs, SuggestionProof, SuggestionRound, verify_proof};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn proof_of(inputs: SuggestionInputs) -> SuggestionProof {
    let round = SuggestionRound::new(inputs).unwrap();
    SuggestionProof::new(&round, &round.place().unwrap()).unwrap()
}

fn value(proof: &SuggestionProof) -> Value {
    serde_json::from_str(&proof.to_json()).unwrap()
}

/// Pointers of all leaves, empty lists and objects among them.
fn leaves(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (key, field) in fields {
                leaves(field, format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, format!("{pointer}/{at}"), found);
            }
        }
        _ => found.push(pointer),
    }
}

/// Another value of the same kind.
fn corrupted(value: &Value) -> Value {
    match value {
        Value::Null => json!(1),
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_i64().map_or(0, |it| it + 1)),
        Value::String(text) => match text.strip_suffix('1') {
            Some(rest) => json!(format!("{rest}2")),
            None => json!(format!("{text}1")),
        },
        Value::Array(_) => json!(["x"]),
        Value::Object(_) => json!({ "x": 1 }),
    }
}

/// The seal of a proof put right after a corruption: SHA-256 of the rest with sorted keys.
fn reseal(proof: &mut Value) {
    proof.as_object_mut().unwrap().remove("seal");
    let digest = Sha256::digest(proof.to_string().as_bytes());
    let seal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    proof["seal"] = json!(seal);
}

#[test]
fn the_proof_of_story_b_and_of_generated_cities_holds() {
    let inputs = story_b();
    assert_eq!(verify_proof(&value(&proof_of(inputs.clone())), &inputs), []);
    for seed in 0..6 {
        let inputs = generated(seed, 50);
        assert_eq!(verify_proof(&value(&proof_of(inputs.clone())), &inputs), []);
    }
}

#[test]
fn every_corrupted_field_of_story_b_is_found_even_with_a_new_seal() {
    let inputs = story_b();
    let proof = value(&proof_of(inputs.clone()));
    let mut pointers = Vec::new();
    leaves(&proof, String::new(), &mut pointers);
    assert!(pointers.len() > 400, "{}", pointers.len());
    let mut same = proof.clone();
    reseal(&mut same);
    assert_eq!(same, proof);
    // The script takes all of them; here the shares of one line of points stand for those of all.
    pointers.retain(|it| !it.contains("/contributions/") || it.starts_with("/programmes/3/"));
    for pointer in pointers {
        let mut wrong = proof.clone();
        let field = wrong.pointer_mut(&pointer).unwrap();
        *field = corrupted(field);
        if pointer != "/seal" {
            reseal(&mut wrong);
        }
        assert!(!verify_proof(&wrong, &inputs).is_empty(), "{pointer}");
    }
}

#[test]
fn a_proof_does_not_hold_for_other_inputs() {
    let proof = value(&proof_of(story_b()));
    let mut older = story_b();
    older.children[1].born = jiff::civil::date(2026, 5, 20);
    assert!(!verify_proof(&proof, &older).is_empty());
    let mut other_seed = story_b();
    other_seed.seed += 1;
    assert!(!verify_proof(&proof, &other_seed).is_empty());
    let mut fewer = story_b();
    fewer.programmes[0].free_places = 1;
    assert!(!verify_proof(&proof, &fewer).is_empty());
}

#[test]
fn a_family_statement_names_no_other_child_and_no_other_family() {
    for seed in 0..6 {
        let inputs = generated(seed, 60);
        let round = SuggestionRound::new(inputs.clone()).unwrap();
        let placed = round.place().unwrap();
        let lists = round
            .suggest(&placed.placements, &placed.exclusions)
            .unwrap();
        for child in &inputs.children {
            let statement = FamilyStatement::of(&lists, &child.applicant_id);
            let text = serde_json::to_string(&statement).unwrap();
            let wishes = inputs.applications.iter();
            let own = wishes
                .filter(|it| it.applicant_id == child.applicant_id)
                .count();
            assert_eq!(statement.wishes.len(), own);
            for other in &inputs.children {
                if other.applicant_id != child.applicant_id {
                    assert!(!text.contains(&other.applicant_id), "{text}");
                    assert!(!text.contains(&other.born.to_string()), "{text}");
                }
                assert!(other.family_id.is_empty() || !text.contains(&other.family_id));
            }
        }
    }
}

/// Writes proof and inputs into a folder of their own.
fn written(name: &str, proof: &Value, inputs: &SuggestionInputs) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("proof-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in inputs.canonical_files() {
        let path = folder.join(file);
        #[expect(clippy::disallowed_methods, reason = "the script reads files")]
        std::fs::write(path, text).unwrap();
    }
    write_proof(&folder, proof);
    folder
}

#[expect(clippy::disallowed_methods, reason = "the script reads files")]
fn write_proof(folder: &Path, proof: &Value) {
    std::fs::write(folder.join("proof.json"), proof.to_string()).unwrap();
}

/// Runs the script; `None` where there is no python3.
fn script(arguments: &[&str]) -> Option<(bool, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/verify_proof.py");
    let output = Command::new("python3").arg(path).args(arguments).output();
    let Ok(output) = output else {
        println!("skipped: there is no python3");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.success(), text))
}

/// What the script says of a proof, or of a list of changes to it; `None` where there is no python3.
pub(crate) fn by_script(
    name: &str,
    proof: &Value,
    inputs: &SuggestionInputs,
    changes: &[Value],
) -> Option<(bool, String)> {
    let folder = written(name, proof, inputs);
    let path = folder.to_str().unwrap();
    if changes.is_empty() {
        return script(&[path]);
    }
    #[expect(clippy::disallowed_methods, reason = "the script reads files")]
    std::fs::write(
        folder.join("changes.json"),
        Value::Array(changes.to_vec()).to_string(),
    )
    .unwrap();
    script(&[path, "--changes"])
}

#[test]
fn the_script_accepts_the_proofs_that_hold() {
    for seed in [None, Some(2), Some(3)] {
        let inputs = seed.map_or_else(story_b, |seed| generated(seed, 40));
        let name = format!("holds-{}", seed.unwrap_or(0));
        let folder = written(&name, &value(&proof_of(inputs.clone())), &inputs);
        let folder = folder.to_str().unwrap().to_owned();
        let Some((accepted, text)) = script(&[&folder]) else {
            return;
        };
        assert!(accepted, "{name}: {text}");
    }
}

#[test]
fn the_script_finds_corrupted_fields_even_with_a_new_seal() {
    the_script_finds(11);
}

#[test]
#[ignore = "takes half a minute of Python"]
fn the_script_finds_every_corrupted_field_even_with_a_new_seal() {
    the_script_finds(1);
}

/// Corrupts every `step`-th field of the proof of story B.
fn the_script_finds(step: usize) {
    let inputs = story_b();
    let proof = value(&proof_of(inputs.clone()));
    let folder = written(&format!("corrupted-{step}"), &proof, &inputs);
    let mut pointers = Vec::new();
    leaves(&proof, String::new(), &mut pointers);
    let pointers: Vec<String> = pointers.into_iter().step_by(step).collect();
    // One run of the script for all corruptions: it takes a list of pointers with their new values.
    let changes: Vec<Value> = pointers
        .iter()
        .map(|it| json!([it, corrupted(proof.pointer(it).unwrap())]))
        .collect();
    #[expect(clippy::disallowed_methods, reason = "the script reads files")]
    std::fs::write(
        folder.join("changes.json"),
        Value::Array(changes).to_string(),
    )
    .unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    let Some((found, text)) = script(&[&folder, "--changes"]) else {
        return;
    };
    assert!(found, "{text}");
    assert!(
        text.contains(&format!("{} corruptions found", pointers.len())),
        "{text}"
    );
}

#[test]
fn random_corruptions_of_generated_proofs_are_found() {
    let inputs = generated(4, 40);
    let proof = value(&proof_of(inputs.clone()));
    let mut pointers = Vec::new();
    leaves(&proof, String::new(), &mut pointers);
    let mut generator = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..20 {
        let pointer = &pointers[generator.next_u32() as usize % pointers.len()];
        let mut wrong = proof.clone();
        let field = wrong.pointer_mut(pointer).unwrap();
        *field = corrupted(field);
        assert!(!verify_proof(&wrong, &inputs).is_empty(), "{pointer}");
    }
}
