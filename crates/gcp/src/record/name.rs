//! The name of the record's bucket, from the project id alone.
//! Source: bucket naming rules of Cloud Storage; gcloud turns a domain's `.` and `:` into `_` and "google" around.

use model::ProjectId;

const LONGEST: usize = 63;

/// `gemmactl-PROJECT`, as Cloud Storage demands it.
pub(super) fn bucket_for(project: &ProjectId) -> String {
    let plain = project.as_str().replace([':', '.'], "_").replace("google", "elgoog");
    let name = format!("gemmactl-{plain}");
    if name.len() <= LONGEST {
        return name;
    }
    // Two long ids that begin alike must not share a bucket.
    let mark = format!("-{:016x}", fnv(project.as_str()));
    let kept: String = name.chars().take(LONGEST - mark.len()).collect();
    format!("{kept}{mark}")
}

/// FNV-1a, 64 bits: the same on every machine and in every version.
fn fnv(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bucket_names_follow_the_rules_of_cloud_storage() {
        for (project, expected) in [
            ("demo-project", "gemmactl-demo-project"),
            ("example.com:demo", "gemmactl-example_com_demo"),
            ("my-google-project", "gemmactl-my-elgoog-project"),
        ] {
            assert_eq!(bucket_for(&ProjectId::parse(project).unwrap()), expected);
        }
        let long = |end: &str| {
            let id = format!("a-very-long-organisation-name.with-subdomain.example.com:project-{end}");
            bucket_for(&ProjectId::parse(&id).unwrap())
        };
        assert!(long("one").len() <= LONGEST && long("one") != long("two"));
    }
}
