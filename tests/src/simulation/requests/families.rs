//! What families ask for, themselves or through staff.

use domain::procedure::{Channel, Child, Command, CriterionPoints, Entry, Mandate, Role, Wish};
use domain::{ApplicationId, CareType, ReferenceId};

use super::super::world::{
    FACILITIES, Request, World, area, child_key, consent, facility, first_after, months_after,
    person, pick,
};
use super::{facts, fitting, hours};

/// Most children registered by hand; imports bring more.
const MOST_CHILDREN: usize = 8;

impl World {
    pub(super) fn register(&mut self, [born, again, ..]: [u8; 4]) -> Option<Request> {
        let id = if again > 240 {
            self.child(again)?.child.id.clone()
        } else if self.files.children.len() < MOST_CHILDREN {
            child_key(&self.new_key("c"))
        } else {
            return None;
        };
        let facts = facts(born, id.as_str());
        Some(Request::of_a_family(Command::RegisterChild {
            child: Child { id, facts },
        }))
    }

    pub(super) fn consent(&mut self, [child, days, ..]: [u8; 4]) -> Option<Request> {
        let child = self.child(child)?.child.id.clone();
        let given_on = if days > 240 {
            self.today().saturating_add(jiff::Span::new().days(2)) // not yet come
        } else {
            self.today()
        };
        Some(Request::of_a_family(consent(child, given_on)))
    }

    pub(super) fn revoke_consent(&mut self, [child, ..]: [u8; 4]) -> Option<Request> {
        let child = self.child(child)?.child.id.clone();
        Some(Request::of_a_family(Command::RevokeConsent { child }))
    }

    pub(super) fn move_home(&mut self, [child, to, ..]: [u8; 4]) -> Option<Request> {
        let child = self.child(child)?.child.id.clone();
        Some(Request::of_a_family(Command::MoveHome {
            child,
            area: area(to),
            municipality: 14_612_000 + u32::from(to % 2),
        }))
    }

    pub(super) fn submit(&mut self, [child, count, first, start]: [u8; 4]) -> Option<Request> {
        let file = self.child(child)?;
        let child = file.child.id.clone();
        let born = file.child.facts.birth_date;
        let open = file.applications.iter().filter(|a| a.is_open()).count();
        let open = u32::try_from(open).expect("a child has few applications");
        let wished_start = match start {
            250.. => months_after(self.today(), -1),
            _ => first_after(self.today(), 1 + i32::from(start % 9)),
        };
        let count = if count > 250 { 5 } else { 1 + count % 4 };
        let entry = if first >= 216 {
            Entry::Staff {
                place: Channel::Onsite,
                entered_by: person(Role::ProviderStaff),
                notice_given_on: self.today(),
                on_behalf_of: Mandate {
                    reference: ReferenceId::new("M-1").expect("letters are an identifier"),
                },
                applied_on: (first % 2 == 0).then(|| months_after(self.today(), -2)),
            }
        } else {
            Entry::Online
        };
        let mut wishes = Vec::new();
        for number in 0..count {
            let at = (first / 4).wrapping_add(number);
            let (_, _, places) = FACILITIES[usize::from(at) % FACILITIES.len()];
            let care_type = if places[0].0 == CareType::Childminding {
                CareType::Childminding
            } else if start % 32 == 31 {
                CareType::AfterSchool // fits no child of the histories
            } else {
                fitting(born, wished_start)
            };
            let key = self.new_key("a");
            wishes.push(Wish {
                application: ApplicationId::new(&key).expect("letters are an identifier"),
                facility: facility(at),
                care_type,
                rank: open + u32::from(number) + 1,
                wished_start,
                daily_hours: hours(start),
            });
        }
        Some(Request::of_a_family(Command::SubmitApplications {
            child,
            wishes,
            entry,
        }))
    }

    pub(super) fn withdraw(&mut self, [number, how, ..]: [u8; 4]) -> Option<Request> {
        let found = self.applications(|a| a.is_open() || how > 230);
        let (file, application) = pick(&found, number)?;
        Some(Request::of_a_family(Command::WithdrawApplication {
            child: file.child.id.clone(),
            application: application.id.clone(),
            moved_away: how % 3 == 0,
        }))
    }

    pub(super) fn rank(&mut self, [child, by, ..]: [u8; 4]) -> Option<Request> {
        let file = self.child(child)?;
        let mut order: Vec<ApplicationId> = file
            .applications
            .iter()
            .filter(|a| a.is_open() || by > 250)
            .map(|a| a.id.clone())
            .collect();
        let by = usize::from(by) % order.len().max(1);
        order.reverse();
        order.rotate_left(by);
        Some(Request::of_a_family(Command::RankApplications {
            child: file.child.id.clone(),
            order,
        }))
    }

    pub(super) fn score(&mut self, [number, points, criteria, _]: [u8; 4]) -> Option<Request> {
        let found = self.applications(|a| a.is_open() || points > 240);
        let (file, application) = pick(&found, number)?;
        let points = (0..criteria % 3).map(|criterion| CriterionPoints {
            criterion: format!("criterion {criterion}"),
            points: i32::from(points) - 20,
        });
        Some(Request::of_a_provider(Command::ScoreApplication {
            child: file.child.id.clone(),
            application: application.id.clone(),
            points: points.collect(),
            catalogue_version: "2026-1".to_owned(),
        }))
    }
}
