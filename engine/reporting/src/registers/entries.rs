//! Rows as entries of the registers.

use std::collections::BTreeSet;

use domain::InputProblem;

use super::schema::RegisterName;
use super::sheet::Row;
use super::{ChildEntry, FacilityEntry, Named, Registers};
use crate::records::{ChildminderRecord, StaffDetails, StaffRecord};

/// Takes rows in; keys given twice are told.
pub(super) fn take(
    registers: &mut Registers,
    register: RegisterName,
    file: &str,
    rows: Vec<Row>,
    problems: &mut Vec<InputProblem>,
) {
    let mut keys = BTreeSet::new();
    for row in rows {
        let key_column = usize::from(register == RegisterName::JointChildminding);
        let key = row.key(key_column);
        let unique = match register {
            RegisterName::Facilities | RegisterName::Children | RegisterName::JointChildminding => {
                Some((key.clone(), 0))
            }
            RegisterName::Groups => Some((key.clone(), row.filled(1))),
            RegisterName::Staff | RegisterName::Childminders => None,
        };
        if unique.is_some_and(|unique| !keys.insert(unique)) {
            let column = register.columns()[key_column].name;
            let problem = InputProblem::new("E6134", file, "the row is given twice");
            let problem = problem.at(row.number, column, key);
            problems.push(problem.remedy("keep one of the rows"));
            continue;
        }
        registers.named.push(Named {
            register,
            file: file.to_owned(),
            row: row.number,
            key: key.clone(),
        });
        add(registers, register, key, &row);
    }
}

fn add(registers: &mut Registers, register: RegisterName, key: String, row: &Row) {
    match register {
        RegisterName::Facilities => {
            let entry = FacilityEntry {
                municipality: row.number_at(1),
                provider_kind: row.number_at(2),
                legal_form: row.number_at(3),
                association: row.number_at(4),
                special_feature: row.number_at(5),
                substitute_day: row.day(6),
            };
            registers.facilities.insert(key, entry);
        }
        RegisterName::Groups => {
            let groups = registers.groups.entry(key).or_default();
            groups.insert(row.filled(1), row.filled(2));
        }
        RegisterName::Children => {
            let entry = ChildEntry {
                group: row.number_at(1),
                integration_aid: row.number_at(2),
                kinship: row.number_at(3),
                financing: row.number_at(4),
                financing_extent: row.number_at(5),
            };
            registers.children.insert(key, entry);
        }
        RegisterName::Staff => {
            let staff = registers.staff.entry(key).or_default();
            staff.push(member_of_staff(row));
        }
        RegisterName::Childminders => {
            let childminders = registers.childminders.entry(key).or_default();
            childminders.push(childminder(row));
        }
        RegisterName::JointChildminding => {
            registers
                .joint
                .entry(row.filled(0))
                .or_default()
                .insert(key);
        }
    }
}

/// Still without numbers.
fn member_of_staff(row: &Row) -> StaffRecord {
    StaffRecord {
        facility: 0,
        number: 0,
        sex: row.filled(1),
        weekly_hours: (row.filled(2) + 2) / 4,
        details: StaffDetails {
            birth_month: row.number_at(3),
            birth_year: row.number_at(4),
            qualification: row.number_at(5),
            position: row.number_at(6),
            employment: row.number_at(7),
            work_area: row.number_at(8),
            second_work_area: row.number_at(9),
            group: row.number_at(10),
            since_month: row.number_at(11),
            since_year: row.number_at(12),
        },
    }
}

fn childminder(row: &Row) -> ChildminderRecord {
    ChildminderRecord {
        site: 0,
        number: 0,
        sex: row.filled(1),
        birth_month: row.filled(2),
        birth_year: row.filled(3),
        qualification: row.filled(4),
        qualification_extent: row.filled(5),
        school_degree: row.filled(6),
        vocational_degree: row.filled(7),
        children: row.filled(8),
        by_place: [row.filled(9), row.filled(10), row.filled(11)],
    }
}
