//! The numbers of what can be wrong with methods that change, round or merge.

use domain::ErrorCode;

const fn entry(code: &'static str, cause: &'static str, remedy: &'static str) -> ErrorCode {
    ErrorCode {
        code,
        cause,
        remedy,
    }
}

/// E5070 and above, in order.
pub(crate) const PERTURBING_CODES: [ErrorCode; 12] = [
    entry(
        "E5070",
        "a parameter of a perturbation table is out of range",
        "give a maximum deviation of 1 to 50, a variance up to its square, and a probability between 0 and 1",
    ),
    entry(
        "E5071",
        "no perturbation table meets the parameters",
        "raise or lower the variance as the message says, or let smaller counts be shown",
    ),
    entry(
        "E5072",
        "a perturbation table cannot be used",
        "give the table as the package that made it writes it",
    ),
    entry(
        "E5073",
        "the secret of the record keys is too short or has no version",
        "give 16 bytes or more, at random, and a version",
    ),
    entry(
        "E5074",
        "a rounding base is out of range",
        "give a base of 2 to 1000, and round counts up to base - 1 at least",
    ),
    entry(
        "E5075",
        "a rounding base is below the minimum frequency",
        "raise the base to the minimum frequency or above",
    ),
    entry(
        "E5076",
        "a sum, an area dimension or a neighbour is named that does not exist",
        "correct the name or the number",
    ),
    entry(
        "E5077",
        "putting areas together cannot protect a table",
        "use suppression, or coarsen another dimension",
    ),
    entry(
        "E5078",
        "a perturbation changes counts by less than the minimum frequency",
        "raise the maximum deviation",
    ),
    entry(
        "E5079",
        "a protection spec sets parameters of a method it does not use, or lacks those of the one it uses",
        "give the table of parameters that belongs to the method",
    ),
    entry(
        "E5080",
        "a protection spec with cell keys has a count column, or no secret was given",
        "count one record per child, and give the secret of the record keys",
    ),
    entry(
        "E5081",
        "a pseudonym appears twice in the microdata of a table with cell keys",
        "give one record per child: a child counted twice would get two keys",
    ),
];
