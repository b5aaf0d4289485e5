//! Environments: what they change, where a value comes from, and what they may not do.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests may stop at the first surprise"
)]

use std::path::Path;

use spec::{Colour, EnvironmentChoice, Spec, Variables};

const STACK: &str = "\
version: 1
stack: demo
region: europe-west1
variables:
  model: { default: 4b }
services:
  model:
    image: us-docker.pkg.dev/p/r/i:${model}
    concurrency: 4
    maxInstances: 1
    env: { A: base, B: base }
    args: [one, two]
    startupProbe: { http: { path: /, port: 8080 }, period: 10s }
environments:
  dev:
    project: demo-dev
  prod:
    project: demo-prod
    variables: { model: 27b }
    services:
      model:
        maxInstances: 5
        labels: { team: search }
        env: { B: prod, C: prod }
        args: [three]
        startupProbe: { http: { path: /ready } }
";

fn every(text: &str, choice: EnvironmentChoice<'_>, assignments: &[&str]) -> Result<Vec<Spec>, String> {
    let values: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
    let variables = Variables::gather(&[], &values);
    spec::parse_environments("gemmactl.yaml", text, Path::new("tests/stack"), &variables, choice)
        .map_err(|problems| problems.render(Colour::Plain))
}

fn chosen(name: &str) -> Spec {
    every(STACK, EnvironmentChoice::Named(name), &[]).unwrap().remove(0)
}

/// The problems of the sample with some lines in the place of its environments.
fn refused(environments: &str) -> String {
    let (base, _) = STACK.split_once("environments:\n").unwrap();
    let text = format!("{base}environments:\n{environments}");
    every(&text, EnvironmentChoice::Every, &[]).err().unwrap_or_else(|| "accepted".to_owned())
}

#[test]
fn maps_are_merged_and_everything_else_is_replaced() {
    let spec = chosen("prod");
    let service = &spec.document.services["model"];
    assert_eq!(spec.environment.as_ref().unwrap().as_str(), "prod");
    assert_eq!(spec.document.project.as_str(), "demo-prod");
    assert_eq!(service.image.as_str(), "us-docker.pkg.dev/p/r/i:27b");
    assert_eq!((service.concurrency, service.max_instances), (Some(4), Some(5)));
    assert_eq!(service.args.as_deref(), Some(["three".to_owned()].as_slice()));
    let env: Vec<_> = service.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(env, [("A", "base"), ("B", "prod"), ("C", "prod")]);
    let http = service.startup_probe.as_ref().unwrap().http.as_ref().unwrap();
    assert_eq!((http.path.as_ref().unwrap().as_str(), http.port), ("/ready", Some(8080)));
    let dev = &chosen("dev").document.services["model"];
    assert_eq!(
        (dev.max_instances, dev.labels.len(), dev.image.as_str()),
        (Some(1), 0, "us-docker.pkg.dev/p/r/i:4b")
    );
}

#[test]
fn a_value_stands_where_it_comes_from() {
    let spec = chosen("prod");
    let line = |pointer: &str| spec.place(pointer).unwrap().to_string();
    for (pointer, place) in [
        ("/services/model", "gemmactl.yaml:8:5"),
        ("/services/model/concurrency", "gemmactl.yaml:9:18"),
        ("/services/model/maxInstances", "gemmactl.yaml:22:23"),
        ("/services/model/env/A", "gemmactl.yaml:11:15"),
        ("/services/model/env/B", "gemmactl.yaml:24:19"),
        ("/services/model/args/0", "gemmactl.yaml:25:16"),
        ("/services/model/startupProbe/http/path", "gemmactl.yaml:26:39"),
        ("/services/model/startupProbe/http/port", "gemmactl.yaml:13:44"),
        ("/project", "gemmactl.yaml:18:14"),
        // The value of a variable is the environment's, so that is where it is to be changed.
        ("/services/model/image", "gemmactl.yaml:19:25"),
    ] {
        assert_eq!(line(pointer), place, "{pointer}");
    }
    assert_eq!(chosen("dev").place("/services/model/image").unwrap().to_string(), "gemmactl.yaml:8:12");
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_default() {
    let image = |assignments: &[&str]| {
        let specs = every(STACK, EnvironmentChoice::Every, assignments).unwrap();
        specs.iter().map(|spec| spec.document.services["model"].image.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(image(&[]), ["us-docker.pkg.dev/p/r/i:4b", "us-docker.pkg.dev/p/r/i:27b"]);
    assert_eq!(image(&["model=1b"]), ["us-docker.pkg.dev/p/r/i:1b", "us-docker.pkg.dev/p/r/i:1b"]);
}

#[test]
fn a_spec_with_environments_is_loaded_in_one_of_them() {
    insta::assert_snapshot!(every(STACK, EnvironmentChoice::Unnamed, &[]).unwrap_err(), @r"
error[environment-not-chosen]: the spec has environments and none was chosen
  --> gemmactl.yaml:14:1
   |
14 | environments:
   | ^^^^^^^^^^^^
   |
   = help: choose one with `--env`, such as `--env dev`; there are `dev` and `prod`

1 problem
");
    insta::assert_snapshot!(every(STACK, EnvironmentChoice::Named("prd"), &[]).unwrap_err(), @r"
error[unknown-environment]: the spec has no environment `prd`
  --> gemmactl.yaml:14:1
   |
14 | environments:
   | ^^^^^^^^^^^^
   |
   = help: did you mean `--env prod`? There are `dev` and `prod`

1 problem
");
    let (plain, _) = STACK.split_once("environments:").unwrap();
    let plain = format!("{plain}project: demo-project\n");
    assert_eq!(every(&plain, EnvironmentChoice::Every, &[]).unwrap().len(), 1);
    insta::assert_snapshot!(every(&plain, EnvironmentChoice::Named("prod"), &[]).unwrap_err(), @r"
error[unknown-environment]: `--env prod` was given, and the spec has no environments
 |
 = help: leave it out, or write an `environments` section

1 problem
");
}

#[test]
fn every_problem_of_every_environment_is_told_at_its_own_line() {
    insta::assert_snapshot!(refused("
  dev:
    proyect: demo-dev
    project: demo-dev
    services:
      modle: { maxInstances: 2 }
      model: { maxInstnces: 2, concurrency: ~ }
  prod:
    version: 1
    project: demo_prod
    variables: { modell: x }
    serviceAccounts: { runner: {} }
    services: { model: { minInstances: 9, env: { TOKEN: x, PORT: '1' } } }
  Stage: { project: demo-stage }
"), @r"
error[unknown-key]: unknown key `proyect` in the environment `dev`
  --> gemmactl.yaml:17:5
   |
17 |     proyect: demo-dev
   |     ^^^^^^^
   |
help: did you mean `project`?
   |
17 -     proyect: demo-dev
17 +     project: demo-dev
   |

error[new-item]: `services` has no item `modle` that the environment `dev` could change
  --> gemmactl.yaml:20:7
   |
20 |       modle: { maxInstances: 2 }
   |       ^^^^^
   |
help: did you mean `model`?
   |
20 -       modle: { maxInstances: 2 }
20 +       model: { maxInstances: 2 }
   |

error[unknown-key]: unknown key `maxInstnces` in `model`
  --> gemmactl.yaml:21:16
   |
21 |       model: { maxInstnces: 2, concurrency: ~ }
   |                ^^^^^^^^^^^
   |
help: did you mean `maxInstances`?
   |
21 |       model: { maxInstances: 2, concurrency: ~ }
   |                       +

error[environment-null]: `concurrency` has no value, and an environment takes nothing away
  --> gemmactl.yaml:21:32
   |
21 |       model: { maxInstnces: 2, concurrency: ~ }
   |                                ^^^^^^^^^^^
   |
   = help: give it a value; what only some environments have belongs into those

error[environment-key]: an environment can not change `version`
  --> gemmactl.yaml:23:5
   |
23 |     version: 1
   |     ^^^^^^^
   |
   = help: it holds for the whole file; remove the line

error[bad-value]: `demo_prod` is not a project id
  --> gemmactl.yaml:24:14
   |
24 |     project: demo_prod
   |              ^^^^^^^^^
   |
help: did you mean `demo-prod`? 6 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen
   |
24 -     project: demo_prod
24 +     project: demo-prod
   |

error[unknown-variable]: the environment `prod` gives a value to `modell`, which the spec does not declare
  --> gemmactl.yaml:25:18
   |
25 |     variables: { modell: x }
   |                  ^^^^^^
   |
help: did you mean `model`?
   |
25 -     variables: { modell: x }
25 +     variables: { model: x }
   |

error[new-item]: `serviceAccounts` has no item `runner` that the environment `prod` could change
  --> gemmactl.yaml:26:24
   |
26 |     serviceAccounts: { runner: {} }
   |                        ^^^^^^
   |
   = help: an environment changes items and makes none: declare it under `serviceAccounts` of the spec, or in a spec of its own

error[scaling-bounds]: the least number of instances, 9, is over the most, 1
  --> gemmactl.yaml:27:40
   |
27 |     services: { model: { minInstances: 9, env: { TOKEN: x, PORT: '1' } } }
   |                                        ^

error[secret-in-spec]: `TOKEN` looks like a secret with its value in the open
--> gemmactl.yaml:27:50
 = help: put the value into Secret Manager and name it under `secrets`

error[bad-name]: `PORT` is set by Cloud Run itself
  --> gemmactl.yaml:27:60
   |
27 |     services: { model: { minInstances: 9, env: { TOKEN: x, PORT: '1' } } }
   |                                                            ^^^^
   |
   = help: for the container's port use `port`

error[bad-name]: `Stage` is not the name of an environment
  --> gemmactl.yaml:28:3
   |
28 |   Stage: { project: demo-stage }
   |   ^^^^^
   |
help: did you mean `stage`? 1 to 30 lower-case letters, digits and hyphens, beginning with a letter, not ending with a hyphen
   |
28 -   Stage: { project: demo-stage }
28 +   stage: { project: demo-stage }
   |

12 problems
");
}

#[test]
fn environments_that_would_own_the_same_are_refused_whatever_the_command_line_says() {
    insta::assert_snapshot!(refused("  dev: { project: demo-project }\n  prod: { project: demo-project }\n"), @r"
error[same-stack]: the environments `dev` and `prod` would both own stack `demo` in project `demo-project`
  --> gemmactl.yaml:15:3
   |
15 |   dev: { project: demo-project }
   |   ^^^
   |
   = help: give each a `stack` or a `project` of its own; values of the command line do not tell them apart

error[same-stack]: the environments `prod` and `dev` would both own stack `demo` in project `demo-project`
  --> gemmactl.yaml:16:3
   |
16 |   prod: { project: demo-project }
   |   ^^^^
   |
   = help: give each a `stack` or a `project` of its own; values of the command line do not tell them apart

2 problems
");
    let told_apart =
        "  dev: { project: demo-project }\n  prod: { project: demo-project, stack: demo-prod }\n";
    assert_eq!(refused(told_apart), "accepted");
    let text = STACK
        .replace("variables:\n  model", "project: ${project}\nvariables:\n  project: {}\n  model")
        .replace("    project: demo-dev\n", "    variables: {}\n")
        .replace("    project: demo-prod\n", "");
    let given = every(&text, EnvironmentChoice::Named("prod"), &["project=demo-project"]).unwrap_err();
    assert!(given.contains("both own stack `demo` in project `${project}`"), "{given}");
    let text = text
        .replace("    variables: {}\n", "    variables: { project: demo-dev }\n")
        .replace("variables: { model: 27b }", "variables: { model: 27b, project: demo-prod }");
    let scratch = every(&text, EnvironmentChoice::Named("prod"), &["project=demo-scratch"]).unwrap();
    assert_eq!(scratch[0].document.project.as_str(), "demo-scratch");
}

#[test]
fn a_problem_that_one_environment_makes_of_a_line_of_the_spec_names_the_environment() {
    insta::assert_snapshot!(refused("
  dev: { project: demo-dev }
  prod:
    project: demo-prod
    services: { model: { minInstances: 2 } }
"), @r"
error[scaling-bounds]: the least number of instances, 2, is over the most, 1
  --> gemmactl.yaml:19:40
   |
19 |     services: { model: { minInstances: 2 } }
   |                                        ^

1 problem
");
}

#[test]
fn a_variable_needs_a_value_only_where_it_is_asked_for() {
    let text = STACK
        .replace("model: { default: 4b }", "model: {}")
        .replace("    project: demo-dev\n", "    project: demo-dev\n    variables: {}\n");
    assert!(every(&text, EnvironmentChoice::Named("prod"), &[]).is_ok());
    let missing = every(&text, EnvironmentChoice::Every, &[]).unwrap_err();
    insta::assert_snapshot!(missing, @r"
error[missing-variable]: the variable `model` has no value, in the environment `dev`
 --> gemmactl.yaml:5:3
  |
5 |   model: {}
  |   ^^^^^
  |
  = help: give one with `--var model=VALUE` or in a file with `--var-file`, or declare a default

1 problem
");
}

#[test]
fn sections_of_the_wrong_form_are_refused_with_what_they_should_be() {
    for (environments, wanted) in [
        ("  - dev\n", "`environments` has to be a map of at least one environment"),
        ("  dev\n", "`environments` has to be a map of at least one environment"),
        ("  {}\n", "`environments` has to be a map of at least one environment"),
        ("  dev: 1\n", "the environment `dev` has to be a map"),
        ("  dev: { project: demo-dev, services: [model] }\n", "`services` has to be a map, found a list"),
        (
            "  dev: { project: demo-dev, services: { model: x } }\n",
            "`model` has to be a map, found the text `x`",
        ),
        ("  dev: { project: demo-dev, variables: [a] }\n", "`variables` has to be a map"),
        (
            "  dev: { project: demo-dev, variables: { model: { default: x } } }\n",
            "the value of the variable `model` has to be",
        ),
        ("  dev: { project: demo-dev, variables: { model: '${model}' } }\n", "can not use a variable"),
        ("  dev: { project: demo-dev, environments: {} }\n", "an environment can not change `environments`"),
        ("  dev: { region: us-east4 }\n", "lacks the key `project`"),
    ] {
        let shown = refused(environments);
        assert!(shown.contains(wanted), "{environments}: {shown}");
    }
    let many: Vec<String> =
        (0..33).map(|number| format!("  e{number}: {{ project: demo-p{number} }}")).collect();
    let many = many.join("\n");
    assert!(refused(&many).contains("at most 32 environments"));
}

#[test]
fn a_list_of_an_environment_may_not_be_emptied_by_a_missing_value() {
    let shown = refused("  dev: { project: demo-dev, apis: }\n");
    assert!(shown.contains("`apis` has no value, and an environment takes nothing away"), "{shown}");
}
