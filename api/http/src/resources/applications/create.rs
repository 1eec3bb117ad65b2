//! `POST /v1/applications`: a family applies, all wishes or none (K15, K30, K65).

use axum::response::Response;
use domain::procedure::{Channel, Command, Entry, Mandate, Role, Wish};
use domain::{CareType, ChildId, DailyHours, FacilityId};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::resources::children::MandateGiven;
use crate::resources::children::give_consent::channel_of;
use crate::resources::{Served, fresh};
use crate::vocabulary::{CareTypeName, ChannelName, Day, Hours, Key};
use crate::written::{Write, Written, answer};

/// Applications of a child.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApplications {
    #[schema(value_type = Key)]
    child: ChildId,
    wishes: Vec<WishGiven>,
    /// How it came in; staff name the notice and the mandate.
    entry: Option<EntryGiven>,
}

/// A wish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Wish)]
pub(crate) struct WishGiven {
    #[schema(value_type = Key)]
    facility: FacilityId,
    #[schema(value_type = CareTypeName)]
    care_type: CareType,
    /// 1 = best; no two open applications of a child share a rank.
    rank: u32,
    #[schema(value_type = Day)]
    wished_start: Date,
    #[schema(value_type = Hours)]
    daily_hours: DailyHours,
}

/// How applications came in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Entry)]
pub(crate) struct EntryGiven {
    /// By default that of the role.
    #[schema(value_type = Option<ChannelName>)]
    channel: Option<Channel>,
    /// The day the privacy notice was handed out (K65); staff must give it.
    #[serde(alias = "notice_given_at")]
    #[schema(value_type = Option<Day>)]
    notice_given_on: Option<Date>,
    /// The mandate; staff need one.
    on_behalf_of: Option<MandateGiven>,
    /// The day of the application where it was made on paper before (K12).
    #[schema(value_type = Option<Day>)]
    applied_on: Option<Date>,
}

/// Hands applications in.
#[utoipa::path(post, path = "/v1/applications", tag = "applications",
    request_body = NewApplications, responses((status = 201, body = Written)))]
pub(crate) async fn create(
    service: Served,
    mut write: Write<NewApplications>,
) -> Result<Response, Problem> {
    let entry = entry(&mut write)?;
    let mut wishes = Vec::with_capacity(write.body.wishes.len());
    for wish in &write.body.wishes {
        wishes.push(Wish {
            application: fresh()?,
            facility: wish.facility.clone(),
            care_type: wish.care_type,
            rank: wish.rank,
            wished_start: wish.wished_start,
            daily_hours: wish.daily_hours,
        });
    }
    let command = Command::SubmitApplications {
        child: write.body.child.clone(),
        wishes,
        entry,
    };
    let receipt = write.perform(&service, &command).await?;
    answer(&service, &write.caller, &receipt).await
}

/// What the role and the body say about the entry.
fn entry(write: &mut Write<NewApplications>) -> Result<Entry, Problem> {
    let role = write.caller.role();
    let own = channel_of(role);
    let given = write.body.entry.take();
    let (channel, notice, mandate, applied_on) = match given {
        None => (None, None, None, None),
        Some(it) => (
            it.channel,
            it.notice_given_on,
            it.on_behalf_of,
            it.applied_on,
        ),
    };
    if channel.is_some_and(|channel| channel != own) {
        let detail = format!(
            "the channel of the role {} is {}",
            role.as_str(),
            own.as_str()
        );
        return Err(Problem::field(Kind::WRONG_VALUE, "channel", detail));
    }
    if role == Role::Portal {
        if notice.is_some() || mandate.is_some() || applied_on.is_some() {
            let detail = "only staff give a notice, a mandate or an earlier day";
            return Err(Problem::field(Kind::WRONG_VALUE, "entry", detail));
        }
        return Ok(Entry::Online);
    }
    let notice_given_on = notice.ok_or_else(|| {
        let detail = "give the day on which the family was handed the notice of Art. 13/14 GDPR";
        Problem::field(Kind::NOTICE_MISSING, "notice_given_on", detail)
    })?;
    let mandate: Option<Mandate> = mandate.map(Into::into);
    write.on_behalf_of(mandate.clone())?;
    let on_behalf_of = mandate.ok_or_else(|| Problem::new(Kind::MANDATE_MISSING, ""))?;
    Ok(Entry::Staff {
        place: own,
        entered_by: write.caller.person(),
        notice_given_on,
        on_behalf_of,
        applied_on,
    })
}
