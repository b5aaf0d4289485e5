//! Files that are not a spec at all.

mod common;

use common::refused;

#[test]
fn refuses_an_empty_file() {
    insta::assert_snapshot!(refused(""), @"
error[empty-file]: gemmactl.yaml is empty
--> gemmactl.yaml:1:1
 = help: a spec begins with `version: 1`, `stack`, `project` and `region`

1 problem
");
}

#[test]
fn refuses_a_file_of_comments_only() {
    insta::assert_snapshot!(refused("# nothing
"), @"
error[empty-file]: gemmactl.yaml is empty
--> gemmactl.yaml:1:1
 = help: a spec begins with `version: 1`, `stack`, `project` and `region`

1 problem
");
}

#[test]
fn refuses_a_list_instead_of_a_map() {
    insta::assert_snapshot!(refused("- version: 1
"), @"
error[wrong-type]: the spec has to be a map, found a list
 --> gemmactl.yaml:1:1
  |
1 | - version: 1
  | ^^^^^^^^^^^^
  |
  = help: write `key: value` lines without the hyphens

1 problem
");
}

#[test]
fn refuses_a_tab_as_indentation() {
    insta::assert_snapshot!(refused("version: 1
services:
	model: {}
"), @"
error[invalid-yaml]: this is not valid YAML: tabs disallowed within this context (block indentation)
 --> gemmactl.yaml:3:2
  |
3 |     model: {}
  |     ^
  |
  = help: indent with spaces, not with tabs

1 problem
");
}

#[test]
fn refuses_an_open_quote() {
    insta::assert_snapshot!(refused(r#"version: 1
stack: "demo
"#), @r#"
error[invalid-yaml]: this is not valid YAML: unclosed quote
 --> gemmactl.yaml:2:8
  |
2 | stack: "demo
  |        ^

1 problem
"#);
}

#[test]
fn refuses_a_second_document() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
---
version: 1
"), @"
error[several-documents]: a second document begins here
 --> gemmactl.yaml:5:1
  |
5 | ---
  | ^^^
  |
  = help: one file is one stack; put the rest into a file of its own

1 problem
");
}

#[test]
fn refuses_anchors_and_aliases() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: &p demo-project
region: europe-west1
variables:
  copy: { default: *p }
  other: { default: *missing }
"), @"
error[anchor]: anchors are not part of a spec
 --> gemmactl.yaml:3:10
  |
3 | project: &p demo-project
  |          ^^
  |
  = help: write the value where it is used, or declare a variable

error[alias]: aliases are not part of a spec
 --> gemmactl.yaml:6:20
  |
6 |   copy: { default: *p }
  |                    ^^
  |
  = help: write the value here, or declare a variable

error[alias]: aliases are not part of a spec
 --> gemmactl.yaml:7:21
  |
7 |   other: { default: *missing }
  |                     ^^^^^^^^
  |
  = help: write the value here, or declare a variable

3 problems
");
}

#[test]
fn refuses_a_merge_key() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
services:
  model:
    <<: { cpu: 1 }
    image: us-docker.pkg.dev/p/r/i:1
"), @"
error[merge-key]: merge keys are not part of a spec
 --> gemmactl.yaml:7:5
  |
7 |     <<: { cpu: 1 }
  |     ^^
  |
  = help: write the keys out

1 problem
");
}

#[test]
fn refuses_a_tag() {
    insta::assert_snapshot!(refused("version: 1
stack: !!str demo
project: demo-project
region: europe-west1
"), @"
error[tag]: tags are not part of a spec
 --> gemmactl.yaml:2:8
  |
2 | stack: !!str demo
  |        ^^^^^
  |
  = help: write the plain value; put a text in quotes

1 problem
");
}

#[test]
fn refuses_a_custom_tag() {
    insta::assert_snapshot!(refused("version: 1
stack: demo
project: demo-project
region: europe-west1
apis: !include apis.yaml
"), @"
error[tag]: tags are not part of a spec
 --> gemmactl.yaml:5:7
  |
5 | apis: !include apis.yaml
  |       ^^^^^^^^
  |
  = help: write the plain value; put a text in quotes

error[wrong-type]: `apis` has to be a list, found the text `apis.yaml`
 --> gemmactl.yaml:5:16
  |
5 | apis: !include apis.yaml
  |                ^^^^^^^^^
  |
help: did you mean `[apis.yaml]`?
  |
5 - apis: !include apis.yaml
5 + apis: !include [apis.yaml]
  |

2 problems
");
}

#[test]
fn refuses_nesting_without_end() {
    insta::assert_snapshot!(refused("a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
"), @r"
error[unknown-key]: unknown key `a` in the spec
 --> gemmactl.yaml:1:1
  |
1 | a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
  | ^
  |
  = help: keys that may stand here: apis, environments, iam, images, lint, project, region, repositories, serviceAccounts, services, stack, variables, version

error[too-deep]: maps and lists are nested more than 32 deep
 --> gemmactl.yaml:1:36
  |
1 | a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
  |                                    ^

2 problems
");
}

#[test]
fn a_syntax_error_does_not_report_what_was_not_read() {
    insta::assert_snapshot!(refused("version: 1
stack: Demo
project: [a
"), @"
error[bad-value]: `Demo` is not a stack name
 --> gemmactl.yaml:2:8
  |
2 | stack: Demo
  |        ^^^^
  |
help: did you mean `demo`? lower-case letters, digits and hyphens, 1 to 30 characters, beginning with a letter
  |
2 - stack: Demo
2 + stack: demo
  |

error[invalid-yaml]: this is not valid YAML: unclosed bracket '['
 --> gemmactl.yaml:3:10
  |
3 | project: [a
  |          ^

2 problems
");
}
