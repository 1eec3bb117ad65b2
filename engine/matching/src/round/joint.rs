//! Joint options: the ranking of a whole family over what its children get together.

use domain::InputProblem;

use super::draft::APPLICANTS;
use super::family_rows::{FAMILY_OPTIONS, OptionDraft, PersonRule};
use super::rows::Siblings;
use super::{NONE, Round};
use crate::error_codes as code;
use crate::problems::Problems;

/// Most joint options that a siblings rule may stand for in one family.
pub(crate) const GENERATED_OPTIONS: usize = 5_000;

/// The joint options of all families that have them, in flat arrays.
///
/// A joint family is one that `family_options.csv` ranks options for, or one with a siblings rule
/// other than `independent`. All other children are on their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct JointOptions {
    families: Vec<JointFamily>,
    /// Wish positions, one per child and option, [`NONE`] = unplaced.
    wishes: Vec<u32>,
    /// Joint family of each applicant, or [`NONE`]; empty when there is no joint family.
    of_applicant: Vec<u32>,
    /// Options left out because a child has no claim there, or would lose the place it holds.
    pub(crate) void_options: u64,
}

/// One family with joint options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JointFamily {
    /// Family number.
    pub(crate) family: u32,
    /// Applicant numbers, ascending.
    pub(crate) children: Vec<u32>,
    /// Best first.
    pub(crate) options: Vec<JointOption>,
    /// Whether all children may end without a place: no child holds one already.
    pub(crate) may_be_unplaced: bool,
    first_wish: usize,
}

/// One option of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JointOption {
    /// Families like a smaller level better; equal levels equally well.
    pub(crate) level: u32,
    /// Number in `family_options.csv`; for generated options the place in the list, from 1.
    pub(crate) number: u32,
}

impl JointOptions {
    /// Whether no family has joint options.
    pub(crate) fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// The families, bytewise by family.
    pub(crate) fn families(&self) -> &[JointFamily] {
        &self.families
    }

    /// Wish position of each child in an option, [`NONE`] = unplaced.
    pub(crate) fn wishes(&self, family: &JointFamily, option: usize) -> &[u32] {
        let start = family.first_wish + option * family.children.len();
        &self.wishes[start..start + family.children.len()]
    }

    /// Position of the joint family of an applicant.
    pub(crate) fn of_applicant(&self, applicant: usize) -> Option<usize> {
        let family = *self.of_applicant.get(applicant)?;
        (family != NONE).then_some(family as usize)
    }

    fn push(&mut self, round: &Round, family: u32, children: Vec<u32>, listed: Vec<Listed>) {
        let holds_place = |child: &u32| round.applicant_enrolled[*child as usize] != NONE;
        let may_be_unplaced = !children.iter().any(holds_place);
        let mut joint = JointFamily {
            family,
            options: Vec::with_capacity(listed.len() + 1),
            may_be_unplaced,
            first_wish: self.wishes.len(),
            children,
        };
        for option in listed {
            if option.wishes.iter().all(|wish| *wish == NONE) {
                break; // staying unplaced ends every list
            }
            joint.options.push(JointOption {
                level: option.level,
                number: option.number,
            });
            self.wishes.extend(option.wishes);
        }
        if !may_be_unplaced {
            let keep: Vec<u32> = joint
                .children
                .iter()
                .map(|child| own_place(round, *child).unwrap_or(NONE))
                .collect();
            let known = (0..joint.options.len()).any(|option| {
                let start = joint.first_wish + option * keep.len();
                self.wishes[start..start + keep.len()] == keep[..]
            });
            if !known {
                let last = joint.options.last();
                joint.options.push(JointOption {
                    level: last.map_or(0, |last| last.level) + 1,
                    number: last.map_or(0, |last| last.number) + 1,
                });
                self.wishes.extend(keep);
            }
        }
        self.of_applicant.resize(round.applicant_count(), NONE);
        for child in &joint.children {
            self.of_applicant[*child as usize] = self.families.len() as u32;
        }
        self.families.push(joint);
    }
}

/// An option before it is stored.
struct Listed {
    level: u32,
    number: u32,
    wishes: Vec<u32>,
}

/// The wish for the place that a child holds.
fn own_place(round: &Round, child: u32) -> Option<u32> {
    let child = child as usize;
    let own = round.applicant_enrolled[child];
    round
        .wish_range(child)
        .find(|wish| round.wishes[*wish].programme == own)
        .map(|wish| wish as u32)
}

/// Whether a child may be given this wish, or none: nobody ends below the place held.
fn is_allowed(round: &Round, child: u32, wish: u32) -> bool {
    let Some(own) = own_place(round, child) else {
        return true;
    };
    wish == own
        || (wish != NONE && round.wishes[wish as usize].rank < round.wishes[own as usize].rank)
}

/// Checks the options and rules of all families and stores what they mean.
pub(super) fn join_siblings(
    round: &mut Round,
    rules: &[PersonRule],
    mut drafts: Vec<OptionDraft>,
    all_rows_read: bool,
    problems: &mut Problems,
) {
    drafts.retain(|draft| is_of_family(round, draft, problems));
    drafts.sort_unstable_by_key(|draft| (draft.family, draft.option, draft.applicant, draft.row));
    let mut by_family: Vec<&PersonRule> = rules.iter().filter(|it| it.family != NONE).collect();
    by_family.sort_unstable_by_key(|person| (person.family, person.applicant, person.row));
    by_family.dedup_by_key(|person| (person.family, person.applicant));
    for lonely in rules.iter().filter(|it| it.family == NONE) {
        if lonely.siblings != Siblings::Independent {
            problems.push(
                InputProblem::new(
                    code::RULE_WITHOUT_FAMILY,
                    APPLICANTS,
                    "the child is to be placed together with siblings, but has no family",
                )
                .at(lonely.row, "siblings", lonely.siblings.word())
                .remedy("fill in family_id, or write independent"),
            );
        }
    }
    let mut joint = JointOptions::default();
    for members in by_family.chunk_by(|a, b| a.family == b.family) {
        let rule = one_rule(members, problems);
        let family = members[0].family;
        let start = drafts.partition_point(|draft| draft.family < family);
        let end = drafts.partition_point(|draft| draft.family <= family);
        let children: Vec<u32> = members.iter().map(|member| member.applicant).collect();
        if start < end {
            let known = problems.count();
            check_double_rows(round, &drafts[start..end], problems);
            if all_rows_read {
                check_options(round, &children, &drafts[start..end], problems);
            }
            if problems.count() == known {
                let listed = listed_options(round, &children, &drafts[start..end], &mut joint);
                joint.push(round, family, children, listed);
            }
        } else if rule != Siblings::Independent {
            generate(round, rule, members, &mut joint, problems);
        }
    }
    round.joint = joint;
}

/// Whether the child of a row belongs to the family of the row.
fn is_of_family(round: &Round, draft: &OptionDraft, problems: &mut Problems) -> bool {
    let own = round.applicant_family[draft.applicant as usize];
    if own != draft.family {
        let of = match own {
            NONE => "no family".to_owned(),
            own => format!("family {:?}", round.families.get(own as usize)),
        };
        problems.push(
            InputProblem::new(
                code::CHILD_OF_OTHER_FAMILY,
                FAMILY_OPTIONS,
                format!(
                    "the child has {of} in applicants.csv, not family {:?}",
                    round.families.get(draft.family as usize)
                ),
            )
            .at(
                draft.row,
                "applicant_id",
                round.applicants.get(draft.applicant as usize),
            )
            .remedy("correct one of the two files: a child belongs to one family"),
        );
    }
    own == draft.family
}

/// The rule of a family; its children must not contradict each other.
fn one_rule(members: &[&PersonRule], problems: &mut Problems) -> Siblings {
    for member in &members[1..] {
        if member.siblings != members[0].siblings {
            problems.push(
                InputProblem::new(
                    code::MIXED_RULES,
                    APPLICANTS,
                    format!(
                        "row {} gives the same family the rule {}",
                        members[0].row,
                        members[0].siblings.word()
                    ),
                )
                .at(member.row, "siblings", member.siblings.word())
                .remedy("give all children of a family the same rule"),
            );
        }
    }
    members[0].siblings
}

/// No child has two rows in one option.
fn check_double_rows(round: &Round, drafts: &[OptionDraft], problems: &mut Problems) {
    for pair in drafts.windows(2) {
        if (pair[0].option, pair[0].applicant) == (pair[1].option, pair[1].applicant) {
            problems.push(
                InputProblem::new(
                    code::OPTION_ROW_TWICE,
                    FAMILY_OPTIONS,
                    format!("row {} has this child and option already", pair[0].row),
                )
                .at(
                    pair[1].row,
                    "applicant_id",
                    round.applicants.get(pair[1].applicant as usize),
                )
                .remedy("keep one of the rows"),
            );
        }
    }
}

/// Every option has a row per child, and the numbers run from 1 without a gap.
fn check_options(round: &Round, children: &[u32], drafts: &[OptionDraft], problems: &mut Problems) {
    let mut expected = 1;
    for option in drafts.chunk_by(|a, b| a.option == b.option) {
        if option[0].option != expected {
            problems.push(
                InputProblem::new(
                    code::OPTION_GAP,
                    FAMILY_OPTIONS,
                    format!("option {expected} of the family is missing"),
                )
                .at(option[0].row, "option", option[0].option.to_string())
                .remedy("number the options of a family 1, 2, 3 and so on"),
            );
        }
        expected = option[0].option.saturating_add(1);
        let named = |child: &&u32| option.iter().any(|draft| draft.applicant == **child);
        for child in children.iter().filter(|child| !named(child)) {
            problems.push(
                InputProblem::new(
                    code::OPTION_WITHOUT_CHILD,
                    FAMILY_OPTIONS,
                    format!(
                        "option {} of the family has no row for its child {:?}",
                        option[0].option,
                        round.applicants.get(*child as usize)
                    ),
                )
                .at(option[0].row, "option", option[0].option.to_string())
                .remedy("add the row; an empty programme means that the child stays unplaced"),
            );
        }
    }
}

/// The options of the file; void ones are left out and counted.
fn listed_options(
    round: &Round,
    children: &[u32],
    drafts: &[OptionDraft],
    joint: &mut JointOptions,
) -> Vec<Listed> {
    let mut listed = Vec::new();
    for option in drafts.chunk_by(|a, b| a.option == b.option) {
        let mut wishes = Vec::with_capacity(children.len());
        for draft in option {
            let wish = round
                .wish_range(draft.applicant as usize)
                .find(|wish| round.wishes[*wish].programme == draft.programme)
                .map(|wish| wish as u32);
            let wish = match wish {
                None if draft.programme != NONE => break, // no claim at this programme
                None => NONE,
                Some(wish) => wish,
            };
            if !is_allowed(round, draft.applicant, wish) {
                break;
            }
            wishes.push(wish);
        }
        if wishes.len() == children.len() {
            listed.push(Listed {
                level: option[0].option,
                number: option[0].option,
                wishes,
            });
        } else {
            joint.void_options += 1;
        }
    }
    listed
}

/// What a siblings rule means for one family.
fn generate(
    round: &Round,
    rule: Siblings,
    members: &[&PersonRule],
    joint: &mut JointOptions,
    problems: &mut Problems,
) {
    // A child without a wish does not hold back its siblings.
    let (wishing, silent): (Vec<u32>, Vec<u32>) = members
        .iter()
        .map(|member| member.applicant)
        .partition(|child| !round.wishes_of(*child as usize).is_empty());
    if wishing.len() + silent.len() < 2 || wishing.is_empty() {
        return; // nothing to keep together
    }
    let mut found: Vec<(OptionKey, Vec<u32>)> = Vec::new();
    let count = wishing.iter().try_fold(1_usize, |count, child| {
        count.checked_mul(round.wishes_of(*child as usize).len() + 1)
    });
    if rule == Siblings::TogetherPreferred && count.is_none_or(|count| count > GENERATED_OPTIONS) {
        problems.push(
            InputProblem::new(
                code::TOO_MANY_OPTIONS,
                APPLICANTS,
                format!(
                    "together_preferred would stand for more than {GENERATED_OPTIONS} joint options of this family"
                ),
            )
            .at(members[0].row, "siblings", rule.word())
            .remedy("list the options that matter in family_options.csv, or write together_only"),
        );
        return;
    }
    match rule {
        Siblings::TogetherPreferred => {
            every_option(round, &wishing, &mut Vec::new(), &mut found);
        }
        _ => together_options(round, &wishing, &mut found),
    }
    found.sort();
    let mut level = 0;
    let mut last: Option<OptionKey> = None;
    let mut listed = Vec::with_capacity(found.len());
    for (number, (key, wishes)) in (1..).zip(found) {
        if last != Some(key) {
            level += 1;
            last = Some(key);
        }
        listed.push(Listed {
            level,
            number,
            wishes,
        });
    }
    joint.push(round, members[0].family, wishing, listed);
}

/// How well a family likes a generated option; smaller is better: children unplaced, programmes they
/// are spread over, sum of ranks, greatest rank.
type OptionKey = (usize, usize, u64, u32);

fn key_of(round: &Round, wishes: &[u32]) -> OptionKey {
    let placed = || wishes.iter().filter(|wish| **wish != NONE);
    let mut programmes: Vec<u32> = placed()
        .map(|wish| round.wishes[*wish as usize].programme)
        .collect();
    programmes.sort_unstable();
    programmes.dedup();
    let ranks = || placed().map(|wish| round.wishes[*wish as usize].rank);
    (
        wishes.len() - placed().count(),
        programmes.len(),
        ranks().map(u64::from).sum(),
        ranks().max().unwrap_or(0),
    )
}

/// All children at one programme.
fn together_options(round: &Round, children: &[u32], found: &mut Vec<(OptionKey, Vec<u32>)>) {
    for wish in round.wishes_of(children[0] as usize) {
        let same: Vec<u32> = children
            .iter()
            .filter_map(|child| {
                round
                    .wish_range(*child as usize)
                    .find(|other| round.wishes[*other].programme == wish.programme)
                    .map(|other| other as u32)
                    .filter(|other| is_allowed(round, *child, *other))
            })
            .collect();
        if same.len() == children.len() {
            found.push((key_of(round, &same), same));
        }
    }
}

/// Every combination of the children's wishes in which somebody is placed.
fn every_option(
    round: &Round,
    children: &[u32],
    chosen: &mut Vec<u32>,
    found: &mut Vec<(OptionKey, Vec<u32>)>,
) {
    let Some(child) = children.get(chosen.len()) else {
        if chosen.iter().any(|wish| *wish != NONE) {
            found.push((key_of(round, chosen), chosen.clone()));
        }
        return;
    };
    let wishes = round.wish_range(*child as usize).map(|wish| wish as u32);
    for wish in wishes.chain([NONE]) {
        if is_allowed(round, *child, wish) {
            chosen.push(wish);
            every_option(round, children, chosen, found);
            chosen.pop();
        }
    }
}
