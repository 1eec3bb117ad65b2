//! One way to run HiGHS: quiet, one thread, fixed options.
//!
//! HiGHS keeps one scheduler per thread of the operating system and refuses to run once `threads`
//! changes there, so every model of this crate uses the same value.

use good_lp::solvers::highs::{HighsParallelType, HighsProblem, highs};
use good_lp::variable::UnsolvedProblem;
use highs::{HighsModelStatus, Model, Problem, Sense, SolvedModel};

use crate::SolverError;

/// Hands a problem to HiGHS that is run several times.
///
/// Primal simplex without presolve: only the objective or the columns change between runs, so the
/// last vertex stays feasible and the next run goes on from it.
pub(crate) fn open<M>(
    problem: Problem<M>,
    sense: Sense,
    model_name: &'static str,
) -> Result<Model, SolverError>
where
    M: Default,
    Problem<highs::ColMatrix>: From<Problem<M>>,
{
    let mut model = open_search(problem, sense, model_name)?;
    set(&mut model, "presolve", "off", model_name)?;
    set(&mut model, "solver", "simplex", model_name)?;
    set(&mut model, "simplex_strategy", 4, model_name)?;
    Ok(model)
}

/// Hands a whole-number model to HiGHS; presolve and the rest are its own choice.
pub(crate) fn open_search<M>(
    problem: Problem<M>,
    sense: Sense,
    model_name: &'static str,
) -> Result<Model, SolverError>
where
    M: Default,
    Problem<highs::ColMatrix>: From<Problem<M>>,
{
    let mut model = problem
        .try_optimise(sense)
        .map_err(|status| SolverError::Stopped {
            model: model_name,
            status: format!("{status:?} while reading the model"),
        })?;
    model.make_quiet();
    set(&mut model, "threads", 1, model_name)?;
    set(&mut model, "parallel", "off", model_name)?;
    set(&mut model, "random_seed", 0, model_name)?;
    Ok(model)
}

/// Hands a model stated in good_lp to HiGHS with the same options; presolve is HiGHS' choice.
///
/// For models solved once. What goes on from the last vertex, or reads prices, needs [`open`].
pub(crate) fn hand_over(stated: UnsolvedProblem) -> HighsProblem {
    let mut model = stated
        .using(highs)
        .set_threads(1)
        .set_parallel(HighsParallelType::Off)
        .set_option("random_seed", 0);
    model.set_verbose(false);
    model
}

/// Sets one option of HiGHS.
pub(crate) fn set<V: highs::HighsOptionValue>(
    model: &mut Model,
    option: &'static str,
    value: V,
    model_name: &'static str,
) -> Result<(), SolverError> {
    model
        .try_set_option(option, value)
        .map_err(|_| SolverError::Stopped {
            model: model_name,
            status: format!("option {option} refused"),
        })
}

/// Runs HiGHS; infeasibility is an error here, every other status is the caller's to read.
pub(crate) fn run(model: Model, model_name: &'static str) -> Result<SolvedModel, SolverError> {
    let solved = model.try_solve().map_err(|status| SolverError::Stopped {
        model: model_name,
        status: format!("{status:?} while solving"),
    })?;
    if solved.status() == HighsModelStatus::Infeasible {
        return Err(SolverError::Infeasible { model: model_name });
    }
    Ok(solved)
}

/// The error for a status the caller has no use for.
pub(crate) fn unexpected(status: HighsModelStatus, model_name: &'static str) -> SolverError {
    SolverError::Stopped {
        model: model_name,
        status: format!("{status:?}"),
    }
}
