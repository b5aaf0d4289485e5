//! `gemmactl quota`: what the services want of quotas, and a request to Google for more of one. Changes nothing else.

use std::collections::BTreeSet;

use catalogue::Catalogue;
use model::{Api, ApiRequest, Cloud, Found, Json, ProjectId, Step, Unsupervised};
use serde_json::json;
use spec::Spec;
use views::quota::{self as view, Request, Row, State};
use views::{escape, spelled};

use crate::arguments::{QuotaCommand, QuotaRequestArguments, QuotaShowArguments};
use crate::doctor::pools::{self, Allowed, Pool};
use crate::error::CliError;
use crate::exit::Exit;
use crate::flow;
use crate::question;
use crate::service::Chosen;
use crate::session::Session;
use crate::terminal::Terminal;

const RUN: &str = "run.googleapis.com";

/// Shows or asks.
pub(crate) async fn run(command: &QuotaCommand, terminal: &Terminal) -> Result<Exit, CliError> {
    let arguments = match command {
        QuotaCommand::Show(arguments) => arguments,
        QuotaCommand::Request(arguments) => &arguments.show,
    };
    let catalogue = flow::catalogue(&arguments.spec)?;
    let spec = flow::load_known(&arguments.spec, &catalogue, terminal.spec_colour())?;
    let session = Session::open(&arguments.cloud, &spec).await?;
    let done = async {
        let looked = look(arguments, &spec, &catalogue, &session).await?;
        for refusal in &looked.refusals {
            terminal.talk(&escape::escape(&format!("could not be read: {refusal}")));
        }
        match command {
            QuotaCommand::Show(_) => Ok(looked),
            QuotaCommand::Request(request) => {
                ask(request, &looked, &session, terminal).await?;
                look(arguments, &spec, &catalogue, &session).await
            }
        }
    };
    let done = done.await;
    session.close().await?;
    let looked = done?;
    let rows: Vec<Row> = looked.pools.iter().map(|pool| row(pool, &looked.preferences)).collect();
    terminal.data(&if arguments.json {
        format!("{}\n", escape::json_text(&view::json(&rows)))
    } else {
        view::text(&rows, terminal.symbols())
    })?;
    Ok(Exit::Done)
}

/// What was found out.
struct Looked<'catalogue> {
    pools: Vec<Pool<'catalogue>>,
    preferences: Vec<Json>,
    refusals: Vec<String>,
}

async fn look<'catalogue>(
    arguments: &QuotaShowArguments,
    spec: &Spec,
    catalogue: &'catalogue Catalogue,
    session: &Session,
) -> Result<Looked<'catalogue>, CliError> {
    let chosen = match &arguments.service {
        Some(name) => vec![Chosen::of(spec, Some(name))?],
        None => Chosen::all(spec)?,
    };
    let services: BTreeSet<&str> = chosen.iter().map(|chosen| chosen.name.as_str()).collect();
    let (document, cloud) = (&spec.document, &session.cloud);
    let read =
        ApiRequest::get(Api::CloudQuotas, preferences_of(&document.project)).with_pages("quotaPreferences");
    let ((pools, mut refusals), preferences) =
        tokio::join!(pools::read(document, catalogue, &services, cloud), cloud.read(&read));
    let preferences = match preferences {
        Ok(Found::Body(body)) => {
            body.get("quotaPreferences").and_then(Json::as_array).cloned().unwrap_or_default()
        }
        Ok(Found::Absent) => Vec::new(),
        Ok(Found::ApiDisabled(api)) => {
            refusals.push(format!("earlier requests: {api} is off"));
            Vec::new()
        }
        Err(error) => {
            refusals.push(format!("earlier requests: {}", error.message));
            Vec::new()
        }
    };
    let is_told = |pool: &Pool<'_>| pool.is_gpu() || pool.is_short();
    Ok(Looked { pools: pools.into_iter().filter(is_told).collect(), preferences, refusals })
}

fn preferences_of(project: &ProjectId) -> String {
    format!("v1/projects/{project}/locations/global/quotaPreferences")
}

/// Asks for what is short, after a question.
///
/// Errors: there is nothing to ask for, the answer was no, nobody told where Google can answer, or Google refused.
async fn ask(
    arguments: &QuotaRequestArguments,
    looked: &Looked<'_>,
    session: &Session,
    terminal: &Terminal,
) -> Result<(), CliError> {
    let wanted = wanted(arguments, looked).map_err(CliError::Usage)?;
    for (pool, value) in &wanted {
        can_be_asked(pool, *value, &looked.preferences, session).map_err(CliError::Usage)?;
    }
    for (pool, value) in &wanted {
        let allowed = pool.shown(pool.allowed);
        let (what, region, sum) = (&pool.what, &pool.region, &pool.sum);
        let text =
            format!("{what} in {region}: {sum}, {allowed} allowed; to be asked for: {}", pool.amount(*value));
        terminal.talk(&escape::escape(&spelled(&text, terminal.symbols())));
    }
    let contact = contact(arguments, session).await?;
    if !arguments.yes {
        question::confirm("Ask Google for this?", "look with gemmactl quota show and pass --yes", terminal)?;
    }
    for (pool, value) in wanted {
        let justification = arguments.justification.clone().unwrap_or_else(|| pool.sum.clone());
        let request =
            request(pool, value, &looked.preferences, session, (contact.as_str(), justification.as_str()));
        session.cloud.run(&Step::call(request), &Unsupervised).await?;
    }
    Ok(())
}

/// Whether Google can be asked for so much. Errors: why not, for people.
fn can_be_asked(pool: &Pool<'_>, value: u64, preferences: &[Json], session: &Session) -> Result<(), String> {
    let (what, region) = (&pool.what, &pool.region);
    let earlier = of(pool, preferences);
    if pool.is_gpu() && pool.unit() > 1 {
        // Users saw both, and a request in the wrong one is for a thousand times as many, or for a thousandth.
        return Err(format!(
            "whether the quota of {what} counts GPUs or thousandths of them is not known for sure, so nothing is asked for: ask at \
             https://console.cloud.google.com/iam-admin/quotas?project={}",
            session.cloud.target().project
        ));
    }
    let is_looked_at = earlier.is_some_and(is_reconciling);
    let asked = earlier.and_then(|earlier| amount_of(pool, earlier, "preferredValue"));
    if is_looked_at && asked == Some(Allowed::UpTo(value)) {
        return Err(format!(
            "{} for {what} in {region} were asked for already, and Google still looks at it: gemmactl quota show tells what becomes \
             of it",
            pool.amount(value)
        ));
    }
    Ok(())
}

fn is_reconciling(preference: &Json) -> bool {
    preference.get("reconciling").and_then(Json::as_bool).unwrap_or(false)
}

/// What was asked for, or was granted.
fn amount_of(pool: &Pool<'_>, preference: &Json, field: &str) -> Option<Allowed> {
    let value = preference.get("quotaConfig")?.get(field)?.as_str()?.parse().ok()?;
    Some(pool.read(value))
}

/// What is to be asked for, in the unit of the demand. Errors: why there is nothing, for people.
fn wanted<'a>(
    arguments: &QuotaRequestArguments,
    looked: &'a Looked<'_>,
) -> Result<Vec<(&'a Pool<'a>, u64)>, String> {
    let gpus: Vec<&Pool<'_>> = looked.pools.iter().filter(|pool| pool.is_gpu()).collect();
    let wanted: Vec<(&Pool<'_>, u64)> = match (arguments.value, gpus.as_slice()) {
        (None, _) => {
            looked.pools.iter().filter(|pool| pool.is_short()).map(|pool| (pool, pool.wanted)).collect()
        }
        (Some(value), [pool]) => vec![(*pool, u64::from(value))],
        (Some(_), []) => return Err("no service has a GPU, which --value counts".to_owned()),
        (Some(_), [_, _, ..]) => {
            let text =
                "the services count against several quotas of GPUs: name the one service that --value is for";
            return Err(text.to_owned());
        }
    };
    if let (Some(value), [(pool, _)]) = (arguments.value, wanted.as_slice())
        && pool.allowed.is_some_and(|allowed| Allowed::UpTo(u64::from(value)) <= allowed)
    {
        let (what, region) = (&pool.what, &pool.region);
        return Err(format!(
            "{} allowed for {what} in {region} already: nothing is asked for, and nothing is given back",
            pool.shown(pool.allowed)
        ));
    }
    if !wanted.is_empty() {
        return Ok(wanted);
    }
    let Some(pool) = gpus.first() else {
        return Err("no service has a GPU: nothing is asked for".to_owned());
    };
    let (what, region, sum) = (&pool.what, &pool.region, &pool.sum);
    Err(match pool.allowed {
        None => {
            "nobody tells what is allowed, so nothing is asked for; --value says how many GPUs to ask for"
                .to_owned()
        }
        Some(_) if pool.comes_by_itself() => format!(
            "{what} in {region}: {sum}; the first deployment in a region is granted {} by itself, so nothing is asked for; --value asks for more",
            pool.amount(pool.at_first_use())
        ),
        Some(_) => format!(
            "the quota suffices, so nothing is asked for: {what} in {region}: {sum}, {} allowed; --value asks for more",
            pool.shown(pool.allowed)
        ),
    })
}

/// The request for a value: a new one, or an earlier one as it was read, with another value.
fn request(
    pool: &Pool<'_>,
    value: u64,
    preferences: &[Json],
    session: &Session,
    (contact, justification): (&str, &str),
) -> ApiRequest {
    let path = preferences_of(&session.cloud.target().project);
    let earlier = of(pool, preferences);
    let text = |field: &str| earlier.and_then(|earlier| earlier.get(field)).and_then(Json::as_str);
    let id = text("name").and_then(|name| name.rsplit('/').next()).map(str::to_owned);
    let id = id.unwrap_or_else(|| format!("run_googleapis_com-{}_{}", pool.quota(), pool.region));
    let name = format!("{path}/{id}");
    let mut body = json!({
        "name": name.trim_start_matches("v1/"),
        "service": RUN,
        "quotaId": pool.quota(),
        "dimensions": { "region": pool.region },
        "quotaConfig": { "preferredValue": value.saturating_mul(pool.unit()).to_string() },
        "contactEmail": contact,
        "justification": justification,
    });
    match (text("etag"), body.as_object_mut()) {
        (Some(etag), Some(fields)) => {
            fields.insert("etag".to_owned(), json!(etag));
            ApiRequest::patch(Api::CloudQuotas, name, body)
        }
        (None, _) | (_, None) => {
            ApiRequest::post(Api::CloudQuotas, path, body).with_query("quotaPreferenceId", id)
        }
    }
}

/// Where Google answers. Errors: a service account asks, or nobody knows who does.
async fn contact(arguments: &QuotaRequestArguments, session: &Session) -> Result<String, CliError> {
    if let Some(contact) = &arguments.contact {
        return Ok(contact.clone());
    }
    session
        .member()
        .await?
        .as_deref()
        .and_then(|member| member.strip_prefix("user:"))
        .map(str::to_owned)
        .ok_or_else(|| {
            CliError::Usage("Google wants an address at which it can answer: --contact EMAIL".to_owned())
        })
}

/// The request that was made for a quota of a region.
fn of<'a>(pool: &Pool<'_>, preferences: &'a [Json]) -> Option<&'a Json> {
    let text = |preference: &'a Json, pointer: &str| preference.pointer(pointer).and_then(Json::as_str);
    preferences.iter().find(|preference| {
        text(preference, "/service") == Some(RUN)
            && text(preference, "/quotaId") == Some(pool.quota())
            && text(preference, "/dimensions/region") == Some(pool.region.as_str())
    })
}

fn row(pool: &Pool<'_>, preferences: &[Json]) -> Row {
    let request = of(pool, preferences).and_then(|preference| {
        let preferred = amount_of(pool, preference, "preferredValue")?;
        let granted = amount_of(pool, preference, "grantedValue");
        let state = match (is_reconciling(preference), granted) {
            (true, _) => State::Reconciling,
            (false, Some(granted)) if granted >= preferred => State::Granted,
            (false, Some(_) | None) => State::Denied,
        };
        let shown = |amount| pool.shown(Some(amount));
        let detail = preference.pointer("/quotaConfig/stateDetail").and_then(Json::as_str).map(str::to_owned);
        Some(Request { asked: shown(preferred), granted: granted.map(shown), state, detail })
    });
    let allowed = pool.allowed.map(|allowed| pool.shown(Some(allowed)));
    Row {
        quota: pool.quota().to_owned(),
        what: pool.what.clone(),
        region: pool.region.clone(),
        sum: pool.sum.clone(),
        allowed,
        is_short: pool.is_short(),
        request,
    }
}
