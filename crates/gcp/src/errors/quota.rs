//! Quota texts of Cloud Run, parsed for their numbers. Sources: deploy-time refusals of GPU services as users quote them.

/// One line of a `Quota violated:` list: `ID requested: R allowed: A`, counted in GPUs, thousandths of a CPU, or bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation<'text> {
    pub(super) quota: &'text str,
    pub(super) requested: u64,
    pub(super) allowed: u64,
}

/// The violated quotas that a text lists.
pub(super) fn violations(text: &str) -> Vec<Violation<'_>> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .windows(5)
        .filter_map(|window| match window {
            [quota, "requested:", requested, "allowed:", allowed] => Some(Violation {
                quota: quota.trim_end_matches(':'),
                requested: number(requested)?,
                allowed: number(allowed)?,
            }),
            _ => None,
        })
        .collect()
}

/// A number of a quota in the unit that people use for it. The quotas of CPU and memory count small units.
fn said(quota: &str, number: u64) -> String {
    match quota {
        _ if quota.starts_with("CpuAlloc") => format!("{} CPUs", number / 1000),
        _ if quota.starts_with("MemAlloc") => format!("{} GiB", number >> 30),
        _ => number.to_string(),
    }
}

fn number(word: &str) -> Option<u64> {
    word.trim_end_matches(['.', ',', ';']).parse().ok()
}

/// What to do about a refused quota; `None` when the text speaks of none.
pub(crate) fn advice(text: &str, project: &str) -> Option<String> {
    let found = violations(text);
    let speaks_of_gpus =
        text.contains("GPU") || found.iter().any(|violation| violation.quota.contains("Gpu"));
    if found.is_empty() && !(speaks_of_gpus && text.to_lowercase().contains("quota")) {
        return None;
    }
    let mut advice = Vec::new();
    for Violation { quota, requested, allowed } in &found {
        let said = |number: &u64| said(quota, *number);
        advice.push(match allowed {
            0 => format!("the project has no {quota}, {} would be needed", said(requested)),
            _ if quota.contains("Gpu") => format!(
                "lower maxInstances to {allowed} or less ({quota}: {requested} wanted, {allowed} allowed)"
            ),
            _ => format!(
                "lower maxInstances, or what each instance gets ({quota}: {} wanted, {} allowed)",
                said(requested),
                said(allowed)
            ),
        });
    }
    let redundancy = found.iter().any(|violation| {
        violation.quota.ends_with("GpuAllocPerProjectRegion")
            && !violation.quota.contains("NoZonalRedundancy")
    });
    if redundancy || text.contains("zonal redundancy") {
        advice.push("set `gpu.zonalRedundancy: false`, which uses another quota".to_owned());
    }
    advice.push(format!(
        "ask for more at https://console.cloud.google.com/iam-admin/quotas?project={project} (Cloud Run Admin API), or try another region"
    ));
    Some(advice.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_refusal_become_advice() {
        let text = "Max instances must be set to 3 or fewer in order to set GPU requirements. Quota violated: NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion requested: 10 allowed: 3";
        assert_eq!(
            violations(text),
            [Violation {
                quota: "NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion",
                requested: 10,
                allowed: 3
            }]
        );
        let help = advice(text, "demo-project").unwrap();
        assert!(help.contains("lower maxInstances to 3 or less"), "{help}");
        assert!(!help.contains("zonalRedundancy"), "{help}");
        let cpu =
            advice("Quota violated: CpuAllocPerProjectRegion requested: 24000 allowed: 20000", "p").unwrap();
        assert!(cpu.contains("24 CPUs wanted, 20 CPUs allowed") && !cpu.contains("to 20000"), "{cpu}");
        let none =
            advice("Quota violated: NvidiaL4GpuAllocPerProjectRegion requested: 1 allowed: 0", "p").unwrap();
        assert!(none.contains("set `gpu.zonalRedundancy: false`"), "{none}");
    }

    #[test]
    fn a_late_refusal_is_recognised_and_other_texts_are_left_alone() {
        assert!(
            advice("Quota exceeded for total allowable count of GPUs per project per region.", "p").is_some()
        );
        assert_eq!(advice("The container failed to start.", "p"), None);
    }
}
