//! Paths and hosts with stars. Knows no call.

/// Whether a path fits a pattern: `*` stands for anything within a segment, `**` for anything. A host is one segment.
pub fn fits(pattern: &str, path: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == path;
    };
    let Some(rest) = path.strip_prefix(before) else {
        return false;
    };
    let (after, across) = match after.strip_prefix('*') {
        Some(after) => (after, true),
        None => (after, false),
    };
    let ends = rest.char_indices().map(|(at, character)| (at, Some(character))).chain([(rest.len(), None)]);
    for (at, character) in ends {
        if rest.get(at..).is_some_and(|rest| fits(after, rest)) {
            return true;
        }
        if character == Some('/') && !across {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_within_a_segment_and_two_cross_them() {
        for (pattern, path, expected) in [
            ("/v1/a", "/v1/a", true),
            ("/v1/a", "/v1/ab", false),
            ("/v1/*", "/v1/a", true),
            ("/v1/*", "/v1/a/b", false),
            ("/v1/*/b", "/v1/a/b", true),
            ("/v1/*/b", "/v1/a/c/b", false),
            ("/v1/**", "/v1/a/b", true),
            ("/**/b", "/v1/a/b", true),
            ("/v3/projects/*:getIamPolicy", "/v3/projects/p:getIamPolicy", true),
            ("/v3/projects/*:getIamPolicy", "/v3/projects/p:setIamPolicy", false),
            ("*", "", true),
            ("**", "/any/thing", true),
        ] {
            assert_eq!(fits(pattern, path), expected, "{pattern} {path}");
        }
    }
}
