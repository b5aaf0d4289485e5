//! Regions, locations and GPU types: names from a dated table, so that a slip is seen before anything is called.

use catalogue::Catalogue;

use super::grammar::GrammarError;
use super::text::{grammar_type, text_type};
use crate::near::nearest;
use crate::table::{MULTI_REGIONS, REGIONS, REGIONS_AS_OF};
use crate::text::shown;

grammar_type! {
    /// A region of Cloud Run.
    Region, pattern: "^[a-z]+-[a-z]+[0-9]{1,2}$", examples: ["europe-west1", "us-central1"],
    check: |text| check_location(text, &[], "region"),
}

text_type! {
    /// Where a repository lives: a region, or one of the multi-regions `asia`, `europe` and `us`.
    Location, pattern: "^([a-z]+-[a-z]+[0-9]{1,2}|asia|europe|us)$", examples: ["europe-west1", "europe"],
    check: |text| check_location(text, MULTI_REGIONS, "location"),
}

text_type! {
    /// Where a build runs: a region, or `global`.
    BuildLocation, pattern: "^([a-z]+-[a-z]+[0-9]{1,2}|global)$", examples: ["europe-west1", "global"],
    check: |text| check_location(text, &["global"], "location"),
}

text_type! {
    /// A place that an operator's policy allows: a region, one of the multi-regions `asia`, `europe` and `us`, or `global`
    /// for builds.
    AllowedLocation, pattern: "^([a-z]+-[a-z]+[0-9]{1,2}|asia|europe|us|global)$", examples: ["europe-west1", "europe"],
    check: |text| check_location(text, &["asia", "europe", "us", "global"], "location"),
}

fn check_location(text: &str, besides: &[&str], word: &str) -> Result<(), GrammarError> {
    if REGIONS.contains(&text) || besides.contains(&text) {
        return Ok(());
    }
    let refused = GrammarError::new(format!("the {word} `{}` is unknown", shown(text)));
    let zone = text.rsplit_once('-').filter(|(region, zone)| REGIONS.contains(region) && zone.len() == 1);
    if let Some((region, _)) = zone {
        return Err(refused.with_help("this is a zone; its region is asked for").with_suggestion(region));
    }
    let written_out = spelled_out(text);
    let all = || REGIONS.iter().chain(besides).copied();
    let near = all().find(|name| *name == written_out).or_else(|| nearest(&written_out, all()));
    Err(match near {
        Some(near) => refused.with_suggestion(near),
        None => refused
            .with_help(format!("the regions of Cloud Run as of {REGIONS_AS_OF} are: {}", REGIONS.join(", "))),
    })
}

/// People shorten the continent; the table does not.
fn spelled_out(text: &str) -> String {
    match text.split_once('-') {
        Some(("eu" | "eur", rest)) => format!("europe-{rest}"),
        Some(("as" | "ap", rest)) => format!("asia-{rest}"),
        Some((_, _)) | None => text.to_owned(),
    }
}

text_type! {
    /// The type of a GPU, as Cloud Run's `nodeSelector` names it. Types that this tool does not know are passed on.
    GpuType, pattern: "^[a-z][a-z0-9-]{1,62}$", examples: ["nvidia-l4", "nvidia-rtx-pro-6000"],
    check: |text| {
        let known: Vec<&str> = Catalogue::shipped().gpus.keys().map(String::as_str).collect();
        if known.contains(&text) { return Ok(()); }
        let shaped = (2..=63).contains(&text.len())
            && text.starts_with(|letter: char| letter.is_ascii_lowercase())
            && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        let refused = GrammarError::new(format!("`{}` is not a GPU type", shown(text)));
        // A type with another number (nvidia-h100-80gb, nvidia-t4) is another type, not a slip.
        let near = nearest(text, known.iter().copied()).filter(|near| digits(near) == digits(text));
        let short = known.iter().copied().find(|name| name.strip_prefix("nvidia-") == Some(text));
        match near.or(short) {
            Some(near) => Err(refused.with_suggestion(near)),
            None if shaped => Ok(()),
            None => Err(refused.with_help(format!("known types are {}", known.join(", ")))),
        }
    },
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
