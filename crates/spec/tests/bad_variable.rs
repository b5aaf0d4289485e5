//! Variables that can not be replaced.

mod common;

use common::refused;

#[test]
fn refuses_a_variable_without_a_value() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: ${project}
region: europe-west1
variables:
  project: { description: Google Cloud project id }
services:
  model: { image: gone, memory: 32 }
"), @"
error[missing-variable]: the variable `project` has no value
 --> gemmactl.yaml:6:3
  |
6 |   project: { description: Google Cloud project id }
  |   ^^^^^^^
  |
  = help: give one with `--var project=VALUE` or in a file with `--var-file`, or declare a default

error[unknown-reference]: there is no image `gone` under `images`
 --> gemmactl.yaml:8:19
  |
8 |   model: { image: gone, memory: 32 }
  |                   ^^^^
  |
  = help: declare it under `images`; an image that is there already is named in full, with its registry: `us-docker.pkg.dev/project/repository/image:tag`

error[bad-value]: the memory `32` has no unit
 --> gemmactl.yaml:8:33
  |
8 |   model: { image: gone, memory: 32 }
  |                                 ^^
  |
help: did you mean `32Gi`? memory is written with its unit, for example `32Gi` or `512Mi`
  |
8 |   model: { image: gone, memory: 32Gi }
  |                                   ++

3 problems
");
}

#[test]
fn refuses_an_undeclared_variable() {
    insta::assert_snapshot!(refused("version: 1
stack: ${HOME}
project: ${projcet}
region: europe-west1
variables:
  project: { default: demo-project }
"), @"
error[undeclared-variable]: the variable `HOME` is not declared
 --> gemmactl.yaml:2:10
  |
2 | stack: ${HOME}
  |          ^^^^
  |
  = help: declare it under `variables`; environment variables are never read

error[undeclared-variable]: the variable `projcet` is not declared
 --> gemmactl.yaml:3:12
  |
3 | project: ${projcet}
  |            ^^^^^^^
  |
help: did you mean `project`?
  |
3 - project: ${projcet}
3 + project: ${project}
  |

2 problems
");
}

#[test]
fn refuses_a_variable_of_the_wrong_type() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
variables:
  many: { default: lots }
  size: { default: 32 }
services:
  model:
    image: us-docker.pkg.dev/p/r/i:1
    concurrency: ${many}
    memory: ${size}
"), @"
error[wrong-type]: `concurrency` has to be a whole number, found the text `lots`
  --> gemmactl.yaml:11:18
   |
11 |     concurrency: ${many}
   |                  ^^^^^^^

error[bad-value]: the memory `32` has no unit
  --> gemmactl.yaml:12:13
   |
12 |     memory: ${size}
   |             ^^^^^^^
   |
   = help: did you mean `32Gi`? memory is written with its unit, for example `32Gi` or `512Mi`

2 problems
");
}

#[test]
fn refuses_a_variable_that_is_not_closed() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-${project
region: europe-west1
"), @"
error[open-variable]: `${` begins a variable that is not closed by `}`
 --> gemmactl.yaml:3:10
  |
3 | project: demo-${project
  |          ^^^^^^^^^^^^^^
  |
  = help: write `$${` for the two characters themselves

1 problem
");
}

#[test]
fn refuses_a_variable_in_a_declaration() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: demo
project: demo-project
region: europe-west1
variables:
  one: { default: a }
  two: { default: "${one}" }
"#), @r#"
error[variable-in-variable]: a declaration can not use a variable
 --> gemmactl.yaml:7:19
  |
7 |   two: { default: "${one}" }
  |                   ^^^^^^^^

1 problem
"#);
}

#[test]
fn refuses_values_that_would_fill_the_memory_and_says_so_once() {
    let problems = refused(&format!(
        "version: 1
stack: demo
project: demo-project
region: europe-west1
variables:
  long: {{ default: {} }}
services:
  model: {{ image: us-docker.pkg.dev/p/r/i, env: {{ A: \"{}\", B: \"{}\" }} }}
",
        "y".repeat(100_000),
        "${long}".repeat(30),
        "${long}".repeat(30),
    ));
    let said = "error[variables-too-large]: the values of variables add up to more than 4194304 bytes (4 MiB) by here";
    assert_eq!(problems.matches("error[").count(), 1, "{problems}");
    assert!(problems.starts_with(said), "{problems}");
}
