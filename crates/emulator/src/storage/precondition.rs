//! Request preconditions: `ifGenerationMatch` and its kin, on reads, writes and deletes alike.
//! Source: "Request preconditions". Generations are compared with the live version, as the service does.

use crate::call::Query;
use crate::error::ApiError;

use super::refusal::condition_not_met;

/// What the conditions are held against: the live version, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Current {
    pub(super) generation: i64,
    pub(super) metageneration: i64,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// All hold.
    Met,
    /// A read was to answer only if the resource is another one, and it is not: 304.
    NotModified,
    /// 412.
    NotMet,
}

/// Weighs the four conditions.
pub(super) fn weigh(query: &Query, current: Option<Current>) -> Result<Verdict, ApiError> {
    let generation = current.map_or(0, |current| current.generation);
    let metageneration = current.map(|current| current.metageneration);
    let matches = query.integer("ifGenerationMatch")?.is_none_or(|wanted| wanted == generation)
        && query.integer("ifMetagenerationMatch")?.is_none_or(|wanted| Some(wanted) == metageneration);
    let differs =
        query.integer("ifGenerationNotMatch")?.is_none_or(|other| other != generation && generation != 0)
            && query.integer("ifMetagenerationNotMatch")?.is_none_or(|other| Some(other) != metageneration);
    Ok(match (matches, differs) {
        (true, true) => Verdict::Met,
        (true, false) => Verdict::NotModified,
        (false, _) => Verdict::NotMet,
    })
}

/// Refuses with 412 unless all conditions hold; for everything but reads.
pub(super) fn require(query: &Query, current: Option<Current>) -> Result<(), ApiError> {
    match weigh(query, current)? {
        Verdict::Met => Ok(()),
        Verdict::NotModified | Verdict::NotMet => Err(condition_not_met()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_weighed_against_the_live_version() {
        let live = Some(Current { generation: 7, metageneration: 2 });
        let cases = [
            ("", None, Verdict::Met),
            ("ifGenerationMatch=0", None, Verdict::Met),
            ("ifGenerationMatch=0", live, Verdict::NotMet),
            ("ifGenerationMatch=7", live, Verdict::Met),
            ("ifGenerationMatch=6", live, Verdict::NotMet),
            ("ifGenerationMatch=7", None, Verdict::NotMet),
            ("ifGenerationNotMatch=7", live, Verdict::NotModified),
            ("ifGenerationNotMatch=6", live, Verdict::Met),
            ("ifGenerationNotMatch=0", live, Verdict::Met),
            ("ifGenerationNotMatch=0", None, Verdict::NotModified),
            ("ifMetagenerationMatch=2", live, Verdict::Met),
            ("ifMetagenerationMatch=1", live, Verdict::NotMet),
            ("ifMetagenerationNotMatch=2", live, Verdict::NotModified),
            ("ifGenerationMatch=7&ifMetagenerationMatch=3", live, Verdict::NotMet),
        ];
        for (query, current, verdict) in cases {
            assert_eq!(weigh(&Query::parse(query), current).unwrap(), verdict, "{query} {current:?}");
        }
        assert!(weigh(&Query::parse("ifGenerationMatch=x"), None).is_err());
    }
}
