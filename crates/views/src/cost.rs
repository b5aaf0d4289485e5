//! What a plan costs, in words that several surfaces share: before, an arrow, after.

use std::fmt::Write as _;

use model::{
    BuildCost, Cost, Goal, Money, Month, Priced, Rate, Redundancy, Running, ServiceCost, StorageCost, Stored,
};

use crate::words::counted;

/// One thing that costs something, as lines of a label and its text.
pub(crate) struct Row {
    /// Which resource.
    pub(crate) id: String,
    /// What it is, in words.
    pub(crate) what: String,
    /// What it costs.
    pub(crate) amounts: Vec<(String, String)>,
    /// Why something of it is not known.
    pub(crate) unknown: Vec<(String, String)>,
}

/// The whole in one line: `a month: $0 → $0.33 while nobody asks, $0 → $1,037.60 at most`.
pub(crate) fn summary(cost: &Cost, arrow: &str) -> String {
    let (before, after) = (cost.before(), cost.after());
    let both = |of: fn(Month) -> Money| {
        let side = |month: Month| match (of(month), month.unknown) {
            (amount, 0) => amount.to_string(),
            (amount, _) if amount == Money::default() => "unknown".to_owned(),
            (amount, _) => format!("{amount} and what is unknown"),
        };
        changed(&side(before), &side(after), arrow)
    };
    let mut text = format!(
        "a month: {} while nobody asks, {} at most",
        both(|month| month.least),
        both(|month| month.most)
    );
    let unknown = before.unknown.max(after.unknown);
    if unknown > 0 {
        let _ = write!(text, "; {} not known", counted(unknown, "price is", "prices are"));
    }
    if let Some(budget) = cost.budget {
        let stands = match cost.over_budget() {
            Some(over) => format!("exceeded by {over} in the worst case"),
            None if after.unknown > 0 => "not known to be kept".to_owned(),
            None => "kept".to_owned(),
        };
        let _ = write!(text, "; the budget of {budget} is {stands}");
    }
    text
}

/// How far the budget is exceeded, in a sentence; none where it is kept.
pub(crate) fn over_budget(cost: &Cost) -> Option<String> {
    let (budget, over) = (cost.budget?, cost.over_budget()?);
    let most = cost.after().most;
    Some(format!("a month may come to {most}, which is {over} more than the budget of {budget}"))
}

/// What changes, or with `Extent::All` everything.
pub(crate) fn rows(cost: &Cost, extent: Extent, arrow: &str) -> Vec<Row> {
    let told = |differs: bool| match extent {
        Extent::All => true,
        Extent::Changes => differs,
    };
    let services = cost
        .services
        .iter()
        .filter(|service| told(service.before != service.after))
        .map(|cost| service(cost, arrow));
    let storage = cost
        .storage
        .iter()
        .filter(|stored| told(stored.before != stored.after))
        .map(|cost| storage(cost, arrow));
    services.chain(storage).chain(cost.builds.iter().map(build)).collect()
}

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What the plan changes.
    Changes,
    /// What stays the same, too.
    All,
}

impl Extent {
    /// What is told of a plan. Of one that takes a stack away, what stays and goes on costing is half of the matter.
    pub(crate) fn of(goal: Goal) -> Self {
        match goal {
            Goal::Present => Self::Changes,
            Goal::Absent => Self::All,
        }
    }
}

fn service(cost: &ServiceCost, arrow: &str) -> Row {
    let amount = |of: fn(&Rate) -> Money| {
        let side = |running: &Option<Running>| match running {
            None => "nothing".to_owned(),
            Some(running) => match &running.price {
                Priced::Known(rate) => of(rate).to_string(),
                Priced::Unknown(_) => "unknown".to_owned(),
            },
        };
        changed(&side(&cost.before), &side(&cost.after), arrow)
    };
    let instances = |of: fn(&Running) -> u64| {
        let side = |running: &Option<Running>| running.as_ref().map_or(0, of);
        let (before, after) = (side(&cost.before), side(&cost.after));
        let noun = if before.max(after) == 1 && before == after { "instance" } else { "instances" };
        format!("{} {noun}", changed(&before.to_string(), &after.to_string(), arrow))
    };
    let mut amounts = vec![
        ("warm hour of an instance".to_owned(), amount(|rate| rate.hour)),
        (format!("month at least, {}", instances(|running| running.least)), amount(|rate| rate.month_least)),
        (format!("month at most, {}", instances(|running| running.most)), amount(|rate| rate.month_most)),
    ];
    let mut unknown = vec![];
    for (name, running) in [("before", &cost.before), ("after", &cost.after)] {
        let Some(Running { price: Priced::Unknown(why), .. }) = running else { continue };
        unknown.push((format!("{name} unknown"), why.clone()));
    }
    let shown = cost.after.as_ref().or(cost.before.as_ref());
    if let Some(rate) = cost.after.as_ref().and_then(|running| running.price.known()) {
        amounts.extend(rate.other_redundancy.map(|other| redundancy(rate.hour, other)));
    }
    let what = shown.map(|running| running.instance.clone()).unwrap_or_default();
    Row { id: cost.id.to_string(), what, amounts, unknown }
}

fn redundancy(hour: Money, other: Redundancy) -> (String, String) {
    match other {
        Redundancy::With(amount) => {
            ("with zonal redundancy".to_owned(), format!("{amount} an hour, {} more", amount.above(hour)))
        }
        Redundancy::Without(amount) => {
            ("without zonal redundancy".to_owned(), format!("{amount} an hour, {} less", hour.above(amount)))
        }
    }
}

fn storage(cost: &StorageCost, arrow: &str) -> Row {
    let side = |stored: &Option<Stored>| match stored {
        None => "nothing".to_owned(),
        Some(stored) => match &stored.month {
            Priced::Known(amount) => amount.to_string(),
            Priced::Unknown(_) => "unknown".to_owned(),
        },
    };
    let shown = cost.after.as_ref().or(cost.before.as_ref());
    let unknown = match shown {
        Some(Stored { month: Priced::Unknown(why), .. }) => vec![("unknown".to_owned(), why.clone())],
        Some(Stored { month: Priced::Known(_), .. }) | None => vec![],
    };
    Row {
        id: cost.id.to_string(),
        what: shown.map(|stored| stored.what.clone()).unwrap_or_default(),
        amounts: vec![("month".to_owned(), changed(&side(&cost.before), &side(&cost.after), arrow))],
        unknown,
    }
}

fn build(cost: &BuildCost) -> Row {
    let (amounts, unknown) = match &cost.price {
        Priced::Known(price) => (
            vec![
                ("minute".to_owned(), price.minute.to_string()),
                (format!("once, {} minutes at most", price.minutes), price.most.to_string()),
            ],
            vec![],
        ),
        Priced::Unknown(why) => (vec![], vec![("unknown".to_owned(), why.clone())]),
    };
    Row { id: cost.id.to_string(), what: format!("build on {}", cost.machine), amounts, unknown }
}

/// `$0 → $1`, or the one that both are.
fn changed(before: &str, after: &str, arrow: &str) -> String {
    if before == after { after.to_owned() } else { format!("{before} {arrow} {after}") }
}
