//! Puts known outputs into a step just before it runs. Pure.

use model::{
    ApiRequest, Body, Check, CloudError, ErrorKind, Gathered, Grant, Outputs, PolicyEdit, PolicyRef, Step,
    Upload,
};

/// The step with every reference replaced. Errors: an output that nobody gave.
pub(super) fn filled(step: &Step, outputs: &Outputs) -> Result<Step, CloudError> {
    fill_step(step, outputs).map_err(|unknown| {
        CloudError::new(
            ErrorKind::Local,
            format!("the value `{unknown}` that this needs was given by no step"),
        )
        .with_help("run apply again; if it stays so, please report it with the plan")
    })
}

fn fill_step(step: &Step, outputs: &Outputs) -> Result<Step, String> {
    Ok(match step {
        Step::Call { request, wait } => Step::Call { request: fill_request(request, outputs)?, wait: *wait },
        Step::Gathered(gathered) => Step::Gathered(Gathered {
            parent: outputs.fill(&gathered.parent)?,
            key: outputs.fill(&gathered.key)?,
            ..gathered.clone()
        }),
        Step::EditPolicy(edit) => Step::EditPolicy(PolicyEdit {
            policy: PolicyRef {
                read: fill_request(&edit.policy.read, outputs)?,
                write: fill_request(&edit.policy.write, outputs)?,
                shown: outputs.fill(&edit.policy.shown)?,
            },
            add: fill_grants(&edit.add, outputs)?,
            remove: fill_grants(&edit.remove, outputs)?,
        }),
        Step::Upload(upload) => Step::Upload(Upload {
            bucket: outputs.fill(&upload.bucket)?,
            object: outputs.fill(&upload.object)?,
            ..upload.clone()
        }),
        Step::Build { create, builds } => {
            Step::Build { create: fill_request(create, outputs)?, builds: outputs.fill(builds)? }
        }
        Step::EmptyBucket { bucket } => Step::EmptyBucket { bucket: outputs.fill(bucket)? },
        Step::Check(check) => {
            Step::Check(Check { otherwise: fill_request(&check.otherwise, outputs)?, ..check.clone() })
        }
    })
}

fn fill_request(request: &ApiRequest, outputs: &Outputs) -> Result<ApiRequest, String> {
    let body = match &request.body {
        Body::Json(body) => Body::Json(outputs.fill_json(body)?),
        Body::Empty | Body::Bytes { .. } => request.body.clone(),
    };
    let query = request
        .query
        .iter()
        .map(|(name, value)| Ok((name.clone(), outputs.fill(value)?)))
        .collect::<Result<_, String>>()?;
    Ok(ApiRequest { path: outputs.fill(&request.path)?, query, body, ..request.clone() })
}

fn fill_grants(grants: &[Grant], outputs: &Outputs) -> Result<Vec<Grant>, String> {
    grants
        .iter()
        .map(|grant| {
            Ok(Grant {
                role: outputs.fill(&grant.role)?,
                member: outputs.fill(&grant.member)?,
                condition: grant.condition.as_ref().map(|c| outputs.fill_json(c)).transpose()?,
            })
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may stop at the first surprise")]
mod tests {
    use model::{Api, ResourceId, Wait, reference};
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_of_a_step_that_may_refer_is_filled() {
        let id = ResourceId::parse("thing/a").unwrap();
        let mut outputs = Outputs::default();
        outputs.insert(&id, "name", "filled".to_owned());
        let text = || reference(&id, "name");
        let request = || ApiRequest::post(Api::Run, text(), json!([text()])).with_query("q", text());
        let grant = || Grant { role: text(), member: text(), condition: Some(json!({"title": text()})) };
        let policy = PolicyRef { read: request(), write: request(), shown: text() };
        let steps = [
            Step::Call { request: request(), wait: Wait::Nothing },
            Step::Gathered(Gathered {
                family: "f".to_owned(),
                parent: text(),
                key: text(),
                at_most: 1,
                gather: |parent, keys| ApiRequest::post(Api::Run, parent, json!(keys)),
                wait: Wait::Nothing,
            }),
            Step::EditPolicy(PolicyEdit { policy, add: vec![grant()], remove: vec![grant()] }),
            Step::Build { create: request(), builds: text() },
            Step::EmptyBucket { bucket: text() },
            Step::Check(Check { service: id.clone(), tag: "t".to_owned(), otherwise: request() }),
        ];
        for step in steps {
            assert!(format!("{step:?}").contains("thing/a#name"));
            let filled = format!("{:?}", filled(&step, &outputs).unwrap());
            assert!(!filled.contains("thing/a#name") && filled.contains("filled"), "{filled}");
            assert!(super::filled(&step, &Outputs::default()).is_err());
        }
    }
}
