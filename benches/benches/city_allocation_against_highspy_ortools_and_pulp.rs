//! How long does it take to allocate the children of 600 cells to 400 sites over all ways, and over the 20
//! nearest where nothing couples the groups, and what does closing one site cost then, against highspy,
//! OR-tools and PuLP with CBC, model building included?
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

use std::io;
use std::path::PathBuf;
use std::process::Command;

use benches::city_cells::{CityCells, TINY};
use benches::{Purpose, process};
use criterion::Criterion;
use solver::TransportNetwork;

/// Tasks, the cost that is known, and who else solves them.
const TASKS: [(&str, f64, &[&str]); 2] = [
    ("all-ways", 154_464.685, &["highspy"]),
    ("nearest-20", 171_536.786, &["ortools", "highspy", "pulp"]),
];

/// The city of the planning cases; none where they are not beside the checkout.
fn city() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let root = std::env::var("PLACEWRIGHT_SHARED").unwrap_or_else(|_| beside.to_owned());
    let file = PathBuf::from(root).join("cases/planning/city/city_600x400.txt");
    file.is_file().then_some(file)
}

fn main() -> io::Result<()> {
    let purpose = Purpose::of_this_run();
    let file = city().filter(|_| purpose == Purpose::Measure);
    let text = match &file {
        Some(file) => {
            compare(file)?;
            std::fs::read_to_string(file)?
        }
        None => TINY.to_owned(),
    };
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("city_allocation");
    group.sample_size(10);
    let problems = CityCells::read(&text, 5, 20, f64::INFINITY)?.by_group();
    let mut networks = Vec::new();
    for problem in &problems {
        let mut network = TransportNetwork::open(problem.clone()).map_err(io::Error::other)?;
        network.solve().map_err(io::Error::other)?;
        networks.push(network);
    }
    group.bench_function("nearest_20_from_nothing", |bencher| {
        bencher.iter(|| {
            let solved = problems.iter().map(|problem| {
                let mut network = TransportNetwork::open(problem.clone()).expect("a good problem");
                network.solve().expect("a problem that ends").objective
            });
            solved.sum::<f64>()
        });
    });
    group.bench_function("one_site_closed_and_reopened", |bencher| {
        bencher.iter(|| {
            let mut cost = 0.0;
            for (network, problem) in networks.iter_mut().zip(&problems) {
                for places in [0.0, problem.capacities[1]] {
                    network.set_capacity(1, places).expect("a site there is");
                    cost += network.solve().expect("a problem that ends").objective;
                }
            }
            cost
        });
    });
    group.finish();
    criterion.final_summary();
    Ok(())
}

/// Prints processor time and memory of our program and of the peers on the same file.
fn compare(file: &std::path::Path) -> io::Result<()> {
    let peers = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/allocation_peers.py");
    let python = std::env::var("PLACEWRIGHT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    println!("task         who                   cost   processor s   peak MB");
    let tell = |task: &str, who: &str, usage: &process::Usage| {
        let seconds = usage.processor.map_or(f64::NAN, |it| it.as_secs_f64());
        let memory = usage.peak_memory.map_or(f64::NAN, |it| it as f64 / 1e6);
        let cost = &usage.answer;
        println!("{task:12} {who:11} {cost:>14} {seconds:13.2} {memory:9.0}");
    };
    for (task, known, others) in TASKS {
        let mut ours = Command::new(env!("CARGO_BIN_EXE_city_allocation"));
        let usage = process::run(ours.arg(task).arg(file))?;
        tell(task, "placewright", &usage);
        let cost: f64 = usage.answer.parse().map_err(io::Error::other)?;
        if (cost - known).abs() > 0.5 {
            println!("the known cost is {known}");
        }
        for peer in others {
            let mut peer_command = Command::new(&python);
            match process::run(peer_command.args([peers, peer, task]).arg(file)) {
                Ok(usage) => tell(task, peer, &usage),
                Err(error) => println!("{task:12} {peer:11} not run: {error}"),
            }
        }
    }
    Ok(())
}
