//! The operator's policy: what each demand allows and what it does not, with places; and what is no policy.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::path::Path;

use model::{Cost, Money, Priced, Rate, ResourceId, Running, ServiceCost};
use spec::{Colour, OperatorPolicy, Spec, Variables};

const HEAD: &str = "version: 1\nstack: demo\nproject: demo-project\nregion: europe-west1\n";

fn spec(text: &str) -> Spec {
    whole(&format!("{HEAD}{text}"))
}

fn whole(text: &str) -> Spec {
    spec::parse("gemmactl.yaml", text, Path::new("tests/stack"), &Variables::none())
        .unwrap_or_else(|problems| panic!("{}", problems.render(Colour::Plain)))
}

fn policy(demand: &str) -> OperatorPolicy {
    let text = format!("version: 1\nrules:\n  rule:\n    level: deny\n    message: because\n    {demand}\n");
    OperatorPolicy::parse("policy.yaml", &text)
        .unwrap_or_else(|problems| panic!("{}", problems.render(Colour::Plain)))
}

/// The breaches of a demand, each as line, subject and problem.
fn breaches(demand: &str, text: &str) -> Vec<String> {
    let found = policy(demand).judge(&spec(text), &costs());
    found
        .iter()
        .map(|breach| {
            format!("{} {} {}", breach.place.as_ref().unwrap().line, breach.subject, breach.problem)
        })
        .collect()
}

/// What services cost by their names.
fn costs() -> Cost {
    let rate = Rate {
        hour: Money::default(),
        month_least: Money::default(),
        month_most: Money::of_dollars(1037.27),
        other_redundancy: None,
    };
    let unknown = Priced::Unknown("the catalogue has no prices of us-east4".to_owned());
    let services = [("a", Priced::Known(rate)), ("far", unknown)].map(|(name, price)| ServiceCost {
        id: ResourceId::parse(&format!("service/{name}")).unwrap(),
        place: None,
        before: None,
        after: Some(Running { instance: String::new(), least: 0, most: 1, price }),
    });
    Cost { services: services.into(), ..Cost::default() }
}

const IMAGE: &str = "us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b";

#[test]
fn each_demand_is_broken_at_the_line_that_breaks_it_and_kept_otherwise() {
    let digest = format!("{IMAGE}@sha256:{}", "0".repeat(64));
    let service = |more: &str| format!("services:\n  a:\n    image: {IMAGE}:latest\n{more}");
    for (demand, text, wanted) in [
        ("regionsAllowed: [europe-west1]", service(""), vec![]),
        (
            "regionsAllowed: [us-east4]",
            String::new(),
            vec!["4 region europe-west1 is none of the places allowed: us-east4"],
        ),
        (
            "regionsAllowed: [europe-west1]",
            service("    region: us-east4\nrepositories:\n  r: { format: docker, location: europe }\n"),
            vec![
                "8 service/a us-east4 is none of the places allowed: europe-west1",
                "10 repository/r europe is none of the places allowed: europe-west1",
            ],
        ),
        ("monthlyCostAtMost: 1100", service("    maxInstances: 1\n"), vec![]),
        (
            "monthlyCostAtMost: 1000",
            service("    maxInstances: 1\n"),
            vec!["8 service/a may cost $1,037.27 a month with every instance, at most $1,000 are allowed"],
        ),
        ("monthlyCostAtMost: 1038", service("    maxInstances: 1\n"), vec![]),
        (
            "monthlyCostAtMost: 1037",
            service("    maxInstances: 1\n"),
            vec!["8 service/a may cost $1,037.27 a month with every instance, at most $1,037 are allowed"],
        ),
        (
            "monthlyCostAtMost: 1000",
            service("").replace("  a:", "  far:"),
            vec!["6 service/far has no known price: the catalogue has no prices of us-east4"],
        ),
        ("maxInstancesAtMost: 3", service("    maxInstances: 3\n"), vec![]),
        ("maxInstancesAtMost: 3", service("    maxInstances: 9\n    scaling: { max: 2 }\n"), vec![]),
        (
            "maxInstancesAtMost: 3",
            service("    maxInstances: 4\n"),
            vec!["8 service/a asks for 4 instances, at most 3 are allowed"],
        ),
        (
            "maxInstancesAtMost: 3",
            service(""),
            vec!["6 service/a sets no bound on its instances, at most 3 are allowed"],
        ),
        (
            "maxInstancesAtMost: 3",
            service("    maxInstances: 3\n    scaling: { mode: manual, manual: 7 }\n"),
            vec!["9 service/a asks for 7 instances, at most 3 are allowed"],
        ),
        (
            "maxInstancesAtMost: 1",
            service("    maxInstances: 2\n"),
            vec!["8 service/a asks for 2 instances, at most 1 is allowed"],
        ),
        (
            "maxInstancesAtMost: 1",
            service(""),
            vec!["6 service/a sets no bound on its instances, at most 1 is allowed"],
        ),
        ("minInstancesAtMost: 0", service(""), vec![]),
        (
            "minInstancesAtMost: 0",
            service("    minInstances: 1\n    maxInstances: 3\n"),
            vec!["8 service/a asks for 1 instance, at most 0 are allowed"],
        ),
        ("noPublicServices: true", service("    invokers: [user:me@example.com]\n"), vec![]),
        (
            "noPublicServices: true",
            service("    invokers: [user:me@example.com, allUsers]\n    invokerIamCheck: false\n"),
            vec!["8 service/a lets in allUsers", "9 service/a lets everybody in: `invokerIamCheck` is false"],
        ),
        ("labelsRequired: [team]", service("    labels: { team: search }\n"), vec![]),
        (
            "labelsRequired: [team, cost]",
            service("    labels: { team: search }\n"),
            vec!["8 service/a lacks the label cost"],
        ),
        ("imagesFrom: [us-docker.pkg.dev/cloudrun]", service(""), vec![]),
        (
            "imagesFrom: [us-docker.pkg.dev/cloud]",
            service(""),
            vec![
                "7 service/a runs us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b:latest, which is from none of: us-docker.pkg.dev/cloud",
            ],
        ),
        ("imagesByDigest: true", format!("services:\n  a:\n    image: {digest}\n"), vec![]),
        (
            "imagesByDigest: true",
            service(""),
            vec![
                "7 service/a runs us-docker.pkg.dev/cloudrun/container/gemma/gemma3-4b:latest, which is not named by digest",
            ],
        ),
        (
            "serviceAccountRequired: true",
            service("    serviceAccount: a@demo-project.iam.gserviceaccount.com\n"),
            vec![],
        ),
        (
            "serviceAccountRequired: true",
            service("    serviceAccount: 1-compute@developer.gserviceaccount.com\n"),
            vec!["8 service/a runs as the project's default account"],
        ),
        (
            "serviceAccountRequired: true",
            service(""),
            vec!["6 service/a names no account to run as, so it runs as the project's default account"],
        ),
        ("protectRequired: true", service("    protect: true\n"), vec![]),
        ("protectRequired: true", service(""), vec!["6 service/a is not protected; write `protect: true`"]),
    ] {
        assert_eq!(breaches(demand, &text), wanted, "{demand}\n{text}");
    }
}

#[test]
fn an_image_that_is_built_comes_from_its_repository() {
    let text = "repositories:\n  r: { format: docker }\nimages:\n  i: { repository: r, build: { context: ./server } }\nservices:\n  a: { image: i }\n";
    assert!(breaches("imagesFrom: [europe-west1-docker.pkg.dev/demo-project/r]", text).is_empty());
    assert!(breaches("imagesByDigest: true", text).is_empty());
    let domain = HEAD.replace("demo-project", "example.com:demo-project") + text;
    let of_domain = whole(&domain);
    let judged = policy("imagesFrom: [europe-west1-docker.pkg.dev/example.com/demo-project]")
        .judge(&of_domain, &costs());
    assert!(judged.is_empty(), "{judged:?}");
    let elsewhere = breaches("imagesFrom: [us-docker.pkg.dev]", text);
    assert_eq!(
        elsewhere,
        [
            "10 service/a runs europe-west1-docker.pkg.dev/demo-project/r/i, which is from none of: us-docker.pkg.dev"
        ]
    );
}

#[test]
fn what_is_no_policy_is_refused_with_all_its_problems_and_their_places() {
    let text = "\
version: 1
rules:
  eu:
    level: deny
    message: because
    regionAllowed: [europe-west1]
  two:
    level: wran
    message: because
    maxInstancesAtMost: 3
    noPublicServices: true
  none: { level: warn, message: because }
  Bad: { level: warn, message: because, protectRequired: true }
  off: { level: warn, noPublicServices: false }
  zone: { level: deny, message: because, regionsAllowed: [europe-wst1] }
  star: { level: deny, message: because, imagesFrom: ['*'] }
";
    let shown = OperatorPolicy::parse("policy.yaml", text).unwrap_err().render(Colour::Plain);
    insta::assert_snapshot!(shown, @r"
error[unknown-key]: unknown key `regionAllowed` in `eu`
 --> policy.yaml:6:5
  |
6 |     regionAllowed: [europe-west1]
  |     ^^^^^^^^^^^^^
  |
help: did you mean `regionsAllowed`?
  |
6 |     regionsAllowed: [europe-west1]
  |           +

error[bad-rule]: the rule `two` demands 2 things
 --> policy.yaml:7:3
  |
7 |   two:
  |   ^^^
  |
  = help: write a rule for each, so that each has its own id

error[unknown-value]: `level` can not be `wran`
 --> policy.yaml:8:12
  |
8 |     level: wran
  |            ^^^^
  |
help: did you mean `warn`? it has to be `warn` or `deny`
  |
8 -     level: wran
8 +     level: warn
  |

error[bad-rule]: the rule `none` demands nothing
  --> policy.yaml:12:3
   |
12 |   none: { level: warn, message: because }
   |   ^^^^
   |
   = help: a rule has one of: regionsAllowed, maxInstancesAtMost, minInstancesAtMost, monthlyCostAtMost, noPublicServices, labelsRequired, imagesFrom, imagesByDigest, serviceAccountRequired, protectRequired

error[bad-name]: `Bad` is not the id of a rule
  --> policy.yaml:13:3
   |
13 |   Bad: { level: warn, message: because, protectRequired: true }
   |   ^^^
   |
help: did you mean `bad`? 1 to 63 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen
   |
13 -   Bad: { level: warn, message: because, protectRequired: true }
13 +   bad: { level: warn, message: because, protectRequired: true }
   |

error[missing-key]: `off` lacks the key `message`
  --> policy.yaml:14:3
   |
14 |   off: { level: warn, noPublicServices: false }
   |   ^^^
   |
   = help: `message`: Why the rule is there; shown with every breach

error[unknown-value]: `noPublicServices` has to be true, found false
  --> policy.yaml:14:41
   |
14 |   off: { level: warn, noPublicServices: false }
   |                                         ^^^^^
   |
help: did you mean `true`?
   |
14 -   off: { level: warn, noPublicServices: false }
14 +   off: { level: warn, noPublicServices: true }
   |

error[bad-value]: the location `europe-wst1` is unknown
  --> policy.yaml:15:59
   |
15 |   zone: { level: deny, message: because, regionsAllowed: [europe-wst1] }
   |                                                           ^^^^^^^^^^^
   |
help: did you mean `europe-west1`?
   |
15 |   zone: { level: deny, message: because, regionsAllowed: [europe-west1] }
   |                                                                   +

error[bad-value]: `*` is not the beginning of an image reference
  --> policy.yaml:16:55
   |
16 |   star: { level: deny, message: because, imagesFrom: ['*'] }
   |                                                       ^^^
   |
   = help: name a registry, such as `europe-west1-docker.pkg.dev/my-project`, without scheme, tag or `*`

9 problems
");
    for empty in ["", "rules: {}", "[]", "version: 2\nrules: {}\n", "version: 1\nversion: 1\n"] {
        assert!(OperatorPolicy::parse("policy.yaml", empty).is_err(), "{empty}");
    }
}

#[test]
fn the_committed_schema_is_the_one_that_the_types_give() {
    let committed = std::fs::read_to_string("../../specs/schema/policy.schema.json").unwrap();
    assert!(
        committed == OperatorPolicy::schema_text(),
        "write it anew with `gemmactl schema policy > specs/schema/policy.schema.json`"
    );
}
