//! Which credentials are used, why others were passed over, for whom they stand, and for how long. Never shows a token.

use gcp::{Auth, Caller, Sight, Sighting};
use model::CloudError;

use views::finding::check::{Check, CheckId, Level};

/// What this machine tells without a word to Google: which source would be used.
pub(super) async fn found(auth: &Auth) -> Check {
    judge(&auth.look().await, auth.impersonate.as_ref().map(gcp::Impersonation::account))
}

fn judge(sightings: &[Sighting], impersonated: Option<&str>) -> Check {
    let mut passed_over = Vec::new();
    for Sighting { place, found } in sightings {
        match found {
            Sight::PassedOver(why) => passed_over.push(format!("passed over: {place} ({why})")),
            Sight::There(source) => {
                let as_whom =
                    impersonated.map(|account| format!(", to impersonate {account}")).unwrap_or_default();
                let check = Check::new(CheckId::Credentials, Level::Ok, format!("{source}{as_whom}"));
                return passed_over.into_iter().fold(check, Check::seeing);
            }
            Sight::Broken(why) => {
                let check = Check::new(CheckId::Credentials, Level::Failed, why.as_str())
                    .seeing(format!("it was looked for at {place}; no later source is looked at"))
                    .say("mend it or take it away");
                return passed_over.into_iter().fold(check, Check::seeing);
            }
        }
    }
    let check = Check::new(CheckId::Credentials, Level::Failed, "no credentials found");
    passed_over.into_iter().fold(check, Check::seeing).run(&[
        "gcloud",
        "auth",
        "application-default",
        "login",
    ])
}

/// What the source itself tells once it has given a token.
pub(super) fn used(caller: &Result<Caller, CloudError>) -> Check {
    let caller = match caller {
        Ok(caller) => caller,
        Err(error) => {
            let check = Check::new(CheckId::Credentials, Level::Failed, error.message.as_str());
            return match &error.help {
                Some(help) => check.say(help.as_str()),
                None => check,
            };
        }
    };
    let member = caller.member.as_deref().unwrap_or("nobody tells for whom");
    let minutes = match caller.left {
        Some(left) => format!(", good for {} min", left.as_secs() / 60),
        None => String::new(),
    };
    let check = Check::new(CheckId::Credentials, Level::Ok, format!("{}; {member}{minutes}", caller.source));
    match &caller.quota_project {
        Some(project) => check.seeing(format!("its own quota project is {project}")),
        None => check,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use std::time::Duration;

    use model::ErrorKind;

    use super::*;

    fn sighting(place: &str, found: Sight) -> Sighting {
        Sighting { place: place.to_owned(), found }
    }

    #[test]
    fn the_first_source_is_used_and_those_before_it_say_why_they_are_not() {
        let check = judge(
            &[
                sighting("GOOGLE_APPLICATION_CREDENTIALS", Sight::PassedOver("not set".to_owned())),
                sighting("adc.json", Sight::There("the user login in adc.json".to_owned())),
                sighting("gcloud", Sight::There("gcloud's own login".to_owned())),
            ],
            Some("deployer@demo-project.iam.gserviceaccount.com"),
        );
        assert_eq!(check.level, Level::Ok);
        assert_eq!(
            check.seen,
            [
                "the user login in adc.json, to impersonate deployer@demo-project.iam.gserviceaccount.com",
                "passed over: GOOGLE_APPLICATION_CREDENTIALS (not set)"
            ]
        );
    }

    #[test]
    fn a_broken_source_is_a_failure_even_when_a_later_one_is_there() {
        let check = judge(
            &[
                sighting("key.json", Sight::Broken("key.json cannot be used: it is not JSON".to_owned())),
                sighting("gcloud", Sight::There("gcloud's own login".to_owned())),
            ],
            None,
        );
        assert_eq!(check.level, Level::Failed);
        assert_eq!(judge(&[], None).level, Level::Failed);
    }

    #[test]
    fn a_token_tells_its_principal_and_how_long_it_lasts() {
        let caller = Caller {
            source: "the user login in adc.json".to_owned(),
            member: Some("user:me@example.com".to_owned()),
            quota_project: Some("other-project".to_owned()),
            left: Some(Duration::from_mins(59)),
        };
        assert_eq!(
            used(&Ok(caller)).seen,
            [
                "the user login in adc.json; user:me@example.com, good for 59 min",
                "its own quota project is other-project"
            ]
        );
        let refused = CloudError::new(ErrorKind::Credentials, "no credentials found").with_help("log in");
        assert_eq!(used(&Err(refused)).level, Level::Failed);
    }
}
