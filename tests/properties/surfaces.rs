//! Equal worlds give equal bytes on every surface: text at three levels of detail, Markdown for comments and summaries, whole
//! and cut, SARIF, annotations, JSON, a page of HTML and the fingerprint.

use engine::Snapshot;
use model::{Goal, Inventory, Plan};
use proptest::prelude::*;
use proptest::sample::Index;
use views::document;
use views::noise::{self, Noise};
use views::plan_markdown::{Form, LEAST_BYTES, Options};
use views::{Colour, Detail, Style, Symbols};

use crate::compare::shuffle;
use crate::draft::{Draft, stacks};
use crate::edit::edits;
use crate::lab::Lab;
use crate::memory::Memory;
use crate::prior::priors;
use crate::{cases, run};

/// So many orders of one project's answers.
const SHUFFLES: u64 = 84;

/// A plan on every surface.
pub(crate) fn surfaces(plan: &Plan, live: &Snapshot) -> Vec<String> {
    let shown = document::Plan::of(plan, noise::ignored(plan, live, Noise::Listed));
    let mut surfaces: Vec<String> = [Detail::Summary, Detail::Changes, Detail::Full]
        .into_iter()
        .map(|detail| {
            let style = Style { colour: Colour::Never, symbols: Symbols::Unicode, width: 100, detail };
            views::plan_text::render(&shown, None, &style)
        })
        .collect();
    for form in [Form::Comment, Form::Summary] {
        surfaces.push(views::plan_markdown::render(&shown, &Options::of(form)));
        // So short that not everything finds its place.
        let short = Options { max_bytes: LEAST_BYTES, ..Options::of(form) };
        surfaces.push(views::plan_markdown::render(&shown, &short));
    }
    let annotations = views::annotation::of_plan(&shown);
    surfaces.push(views::annotation::sarif::render(&annotations, "plan", &str::to_owned));
    surfaces.push(views::annotation::workflow::render(&annotations, &str::to_owned));
    surfaces.push(views::plan_json::render(&shown));
    surfaces.push(views::plan_html::render(&shown, None));
    surfaces.push(engine::fingerprint(plan));
    surfaces
}

/// The record as it is read from text whose maps and lists have another order.
fn reread(record: &Inventory, seed: u64) -> Inventory {
    let mut json = serde_json::to_value(record).unwrap();
    shuffle("", &mut json, &mut (seed | 1));
    serde_json::from_value(json).unwrap()
}

async fn whatever_the_order(lab: &Lab, draft: &Draft, goal: Goal, seed: u64) {
    let (spec, record) = (lab.parse(&draft.document), lab.inventory().await);
    let memory = Memory::of(lab, &spec, &record, goal).await;
    let (plan, live) = memory.plan(lab, &spec, &record, goal).await;
    let expected = surfaces(&plan, &live);
    for shuffle in 0..SHUFFLES {
        let seed = seed.wrapping_add(shuffle);
        let record = reread(&record, seed);
        let (plan, live) = memory.shuffled(seed).plan(lab, &spec, &record, goal).await;
        for (expected, found) in expected.iter().zip(surfaces(&plan, &live)) {
            for (expected, found) in expected.lines().zip(found.lines()) {
                assert_eq!(expected, found, "seed {seed}\n{draft:?}");
            }
            assert_eq!(*expected, found, "seed {seed}\n{draft:?}");
        }
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn a_thousand_orders_of_the_same_answers_give_the_same_bytes_on_every_surface(
        draft in stacks(), prior in priors(), seed in any::<u64>(), pick in any::<Index>(),
    ) {
        run(async {
            let lab = Lab::with(&draft, &prior).await;
            whatever_the_order(&lab, &draft, Goal::Present, seed).await;
            lab.apply(&draft.document).await;
            whatever_the_order(&lab, &draft, Goal::Absent, seed).await;
            let edited = pick.get(&edits(&draft, &prior)).clone();
            edited.draft.lay_out(lab.folder());
            whatever_the_order(&lab, &edited.draft, Goal::Present, seed).await;
        });
        conformance::evidence::add("orders of one project's answers, all shown in the same bytes", 3 * 84);
    }
}
