//! Allocates the children of a generated city and prints the cost: `city_allocation TASK FILE`.
//!
//! TASK is `all-ways` (staff and areas, every way up to 30 km, by arc pricing) or `nearest-20` (nothing
//! couples the groups, by network simplex). The file is read and the model built each time, as the peers do.
#![expect(clippy::print_stdout, reason = "a program prints its answer")]

use std::io;

use benches::city_cells::CityCells;
use solver::TransportNetwork;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [task, file] = arguments.as_slice() else {
        return Err(io::Error::other("usage: city_allocation TASK FILE"));
    };
    let text = std::fs::read_to_string(file)?;
    let cost = match task.as_str() {
        "all-ways" => {
            let period = CityCells::read(&text, 5, usize::MAX, 30.0)?.coupled();
            let prepared = period.prepare().map_err(io::Error::other)?;
            let mut session = prepared.session().map_err(io::Error::other)?;
            session.solve().map_err(io::Error::other)?.cost
        }
        "nearest-20" => {
            let mut cost = 0.0;
            for problem in CityCells::read(&text, 5, 20, f64::INFINITY)?.by_group() {
                let network = TransportNetwork::open(problem);
                let solved = network.and_then(|mut network| network.solve());
                cost += solved.map_err(io::Error::other)?.objective;
            }
            cost
        }
        other => return Err(io::Error::other(format!("no task {other:?}"))),
    };
    println!("{cost:.3}");
    Ok(())
}
