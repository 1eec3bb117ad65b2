//! `placewright plan --facility-location` as a user calls it.

use crate::{placewright, refused, text};

const TWO: &str = " 2 2\n 9 10.\n 9 4.\n 5\n 1 9\n 3\n 8 2\n";

#[test]
fn an_instance_is_planned_to_its_optimum_twice_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two.txt");
    std::fs::write(&file, TWO).unwrap();
    let run = |out: &str| {
        let out = folder.path().join(out);
        let output = placewright(&[
            "--json",
            "plan",
            "--facility-location",
            file.to_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let files = ["plan.json", "flows.csv"].map(|name| std::fs::read(out.join(name)).unwrap());
        (output.stdout, files)
    };
    let (told, files) = run("first");
    assert_eq!(run("second").1, files);
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told["objective"], 15.0);
    assert_eq!(told["status"], "proven");
    assert_eq!(told["open_facilities"], serde_json::json!([2]));
    assert_eq!(told["plan"]["solver"], "HiGHS 1.15.0");
    assert_eq!(told["plan"]["input_sha256"].as_str().unwrap().len(), 64);
    let flows = String::from_utf8(files[1].clone()).unwrap();
    assert_eq!(
        flows,
        "customer,facility,demand,cost\n1,2,5.0,9.0\n2,2,3.0,2.0\n"
    );
}

#[test]
fn a_word_for_the_capacity_needs_the_option_and_garbage_ends_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("two.txt");
    let out = folder.path().join("out");
    let arguments = |more: &[&str]| {
        let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
        let mut all = vec!["plan", "--facility-location", file, "--out", out];
        all.extend(more);
        placewright(&all)
    };
    std::fs::write(&file, TWO.replace(" 9 ", " capacity ")).unwrap();
    refused(&arguments(&[]), &["E4132", "row 2", "--capacity"], &out);
    refused(&arguments(&["--capacity", "2"]), &["E4135"], &out);
    refused(&arguments(&["--capacity", "-2"]), &[], &out);
    refused(
        &arguments(&["--capacity", "9", "--gap", "nan"]),
        &["E4133"],
        &out,
    );
    assert_eq!(arguments(&["--capacity", "9"]).status.code(), Some(0));
    std::fs::remove_dir_all(&out).unwrap();
    std::fs::write(&file, [0xff, 0xfe, 0x00, b'1']).unwrap();
    refused(&arguments(&[]), &["E4131"], &out);
    std::fs::write(&file, "").unwrap();
    refused(&arguments(&[]), &["E4130"], &out);
    std::fs::remove_file(&file).unwrap();
    refused(&arguments(&[]), &["E8001"], &out);
}
