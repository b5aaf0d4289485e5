fn render(plan: &model::Plan) -> String {
    super::render(&samples::shown(plan), &super::Options::of(super::Form::Comment))
}
use crate::samples;

#[test]
fn an_edit_is_a_verdict_a_table_and_a_fold() {
    insta::assert_snapshot!(render(&samples::edited()), @r"
    <!-- gemmactl v1 stack=ollama-gemma fp=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef complete=1 deletes=0 -->
    ### gemmactl plan · ollama-gemma · 1 update, 1 delete, 8 unchanged

    #### Access

    | | Who | Role | On | Why |
    |---|---|---|---|---|
    | − | `user:ana@acme.example` | `roles/run.invoker` | service ollama-gemma | removed from spec |

    #### Changes

    | | Resource | What | Why |
    |---|---|---|---|
    | ~ | `service/ollama-gemma` | update `concurrency`, `env.OLLAMA_NUM_PARALLEL` | spec edited: `gemmactl.yaml:64`, `gemmactl.yaml:68` |

    <details><summary><code>service/ollama-gemma</code>: update, 2 fields</summary>

    ```diff
    # service/ollama-gemma
    # gemmactl.yaml:64 spec edited
    - concurrency: 4
    + concurrency: 8
    # gemmactl.yaml:68 spec edited
    - env.OLLAMA_NUM_PARALLEL: 4
    + env.OLLAMA_NUM_PARALLEL: 8
    ```

    </details>

    Plan `0123456789abcdef` · `gemmactl apply --expect 0123456789abcdef` does only this · Stack `ollama-gemma` in project `demo-project` · gemmactl 0.1.0
    ");
}

#[test]
fn a_rebuild_shows_the_dockerfile_in_the_fold() {
    insta::assert_snapshot!(render(&samples::rebuilt()), @r##"
    <!-- gemmactl v1 stack=ollama-gemma fp=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef complete=1 deletes=0 -->
    ### gemmactl plan · ollama-gemma · 1 update, 1 rebuild, 7 unchanged

    #### Changes

    | | Resource | What | Why |
    |---|---|---|---|
    | ~ | `image/ollama-gemma` | rebuild | Dockerfile changed, prompts/system.txt added |
    | ~ | `service/ollama-gemma` | update `image` | follows image/ollama-gemma |

    <details><summary><code>image/ollama-gemma</code>: rebuild, 4 fields</summary>

    ```diff
    # image/ollama-gemma
    ! context.Dockerfile changed
    + context.prompts/system.txt added
    - tag: 1a2b3c4d5e6f
    + tag: 9f8e7d6c5b4a
    # dockerfile
    @@ -3,6 +3,6 @@
     ENV OLLAMA_MODELS=/models
     ENV OLLAMA_DEBUG=false
     ENV OLLAMA_KEEP_ALIVE=-1
    -ENV MODEL=gemma3:4b
    +ENV MODEL=gemma3:12b
     RUN ollama serve & sleep 5 && ollama pull "$MODEL"
     ENTRYPOINT ["ollama", "serve"]
    ```

    </details>
    <details><summary><code>service/ollama-gemma</code>: update, 1 field</summary>

    ```diff
    # service/ollama-gemma
    - image: europe-west1-docker.pkg.dev/demo-project/ollama/ollama-gemma@sha256:1a2b3c4d5e6f
    + image: (decided after image/ollama-gemma)
    ```

    </details>

    <details><summary>Running order, drawn</summary>

    ```mermaid
    flowchart LR
      n0["#126; image/ollama-gemma"]:::changed
      n1["#126; service/ollama-gemma"]:::changed
      n0 --> n1
      classDef changed fill:#fff8c5,stroke:#9a6700,color:#1f2328
    ```

    </details>

    Plan `0123456789abcdef` · `gemmactl apply --expect 0123456789abcdef` does only this · Stack `ollama-gemma` in project `demo-project` · gemmactl 0.1.0
    "##);
}

#[test]
fn what_is_lost_stands_in_a_warning() {
    insta::assert_snapshot!(render(&samples::deleted()), @r##"
    <!-- gemmactl v1 stack=ollama-gemma fp=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef complete=1 deletes=2 -->
    ### gemmactl plan · ollama-gemma · 1 replace, 1 repair, 2 delete, 1 detach, 1 forget, 6 unchanged

    > [!CAUTION]
    > - **Deletes** `service/ollama-gemma`
    > - **Deletes and makes again** `repository/ollama`

    #### Access

    | | Who | Role | On | Why |
    |---|---|---|---|---|
    | − | `user:ana@acme.example` | `roles/run.invoker` | service ollama-gemma | removed from spec |

    #### Destructive

    | | Resource | What | Why |
    |---|---|---|---|
    | ± | `repository/ollama` | replace `location` | location cannot change in place; spec edited: `gemmactl.yaml:44` |
    | − | `service/ollama-gemma` | delete | removed from spec |
    | − | `account/ollama-run` | detach: it stays; the stack's mark is removed and changed fields are given back | removed from spec |

    #### Changes

    | | Resource | What | Why |
    |---|---|---|---|
    | ~ | `service/gemma` | repair: the same is deployed anew | does not work: Revision 'gemma-00002' is not ready: the container did not listen on port 8080 in time. |
    | − | `image/old` | forget | gone already |

    <details><summary><code>repository/ollama</code>: replace, 1 field</summary>

    ```diff
    # repository/ollama
    # gemmactl.yaml:44 spec edited, forces replacement
    ! location cannot change in place
    - location: europe-west1
    + location: europe-west4
    ```

    </details>

    <details><summary>Running order, drawn</summary>

    ```mermaid
    flowchart LR
      n0["#177; repository/ollama"]:::lost
      n1["#126; service/gemma"]:::changed
      n2["#8722; invoker/ollama-gemma/user:ana@acme.example"]:::lost
      n3["#8722; service/ollama-gemma"]:::lost
      n4["#8722; account/ollama-run"]:::left
      n5["#8722; image/old"]:::left
      n2 --> n3
      classDef changed fill:#fff8c5,stroke:#9a6700,color:#1f2328
      classDef left fill:#eaeef2,stroke:#59636e,color:#1f2328
      classDef lost fill:#ffebe9,stroke:#cf222e,color:#1f2328
    ```

    </details>

    Plan `0123456789abcdef` · `gemmactl apply --expect 0123456789abcdef` does only this · Stack `ollama-gemma` in project `demo-project` · gemmactl 0.1.0
    "##);
}

#[test]
fn hostile_values_stay_values() {
    insta::assert_snapshot!(render(&samples::hostile()), @r##"
    <!-- gemmactl v1 stack=ollama-gemma fp=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef complete=1 deletes=0 -->
    ### gemmactl plan · ollama-gemma · 1 refused, 2 create, 1 update

    > [!CAUTION]
    > - **Nothing is applied** while this stands: 1 refused
    > - **Public access**: anyone on the internet gets roles/run.invoker on service ollama-gemma (`gemmactl.yaml:70`)
    > - **Public access, live**: ```` x\u{1b}[2J\u{d}\u{a}::add-mask::secret\u{a}```\u{a}</details><!-- @octocat | `code` ```` (`gemmactl.yaml:55`)
    > - **Access not read**: `who gets in could not be read: <!-- ::error::` (`gemmactl.yaml:55`)

    #### In the way

    - refused: `service/x\u{1b}]0;title\u{7}`: ```` the API said: x\u{1b}[2J\u{d}\u{a}::add-mask::secret\u{a}```\u{a}</details><!-- @octocat | `code` ````
      - way out: ```` x\u{1b}[2J\u{d}\u{a}::add-mask::secret\u{a}```\u{a}</details><!-- @octocat | `code` ````

    #### Access

    | | Who | Role | On | Why |
    |---|---|---|---|---|
    | + | `allUsers` | `roles/run.invoker` | service ollama-gemma | `gemmactl.yaml:70` |
    | + | `user:eve\u{200b}@acme.example` | `roles/run.invoker` if ````{"title":"x\u001b[2J\r\n::add-mask::secret\n```\n</details><!-- @octocat \| `code`","expression":"`x` \| <b>"}```` | service ollama-gemma | `gemmactl.yaml:71` |

    #### Changes

    | | Resource | What | Why |
    |---|---|---|---|
    | ~ | `service/ollama-gemma` | update `env.EVIL\u{a}::warning::`, `labels.x` | `drift: changed by eve\u{a}::error::x` |

    <details><summary><code>service/ollama-gemma</code>: update, 2 fields</summary>

    ````diff
    # service/ollama-gemma
    # gemmactl.yaml:9 drift
    - labels.x: "(decided after image/x)"
    + labels.x: "a\u{200b}b"
    # gemmactl.yaml:9 drift
    # env.EVIL\u{a}::warning::
    @@ -1,4 +1 @@
    -x\u{1b}[2J\u{d}
    -::add-mask::secret
    -```
    -</details><!-- @octocat | `code`
    \ no newline at the end
    +4 → 8  spec edited
    \ no newline at the end
    ````

    </details>

    <details><summary>Running order, drawn</summary>

    ```mermaid
    flowchart LR
      n0["#126; service/ollama-gemma"]:::changed
      n1["+ invoker/ollama-gemma/allUsers"]:::made
      n2["+ invoker/ollama-gemma/user:eve#92;u#123;200b#125;@acme.example"]:::made
      n0 --> n1
      n0 --> n2
      classDef changed fill:#fff8c5,stroke:#9a6700,color:#1f2328
      classDef made fill:#dafbe1,stroke:#1a7f37,color:#1f2328
    ```

    </details>

    Plan `0123456789abcdef` · cannot be applied · Stack `ollama-gemma` in project `demo-project` · gemmactl 0.1.0
    "##);
}

#[test]
fn no_change_and_a_blocked_plan_say_so_in_the_heading() {
    let plan = samples::plan(model::Goal::Present, samples::unchanged(&[]));
    assert!(render(&plan).contains("-->\n### gemmactl plan · ollama-gemma · no changes (6 resources)\n"));
    let blocked = render(&samples::blocked());
    assert!(
        blocked.contains("-->\n### gemmactl plan · ollama-gemma · 1 refused, 1 unknown, 1 update"),
        "{blocked}"
    );
    assert!(blocked.contains("way out"), "{blocked}");
}

#[test]
fn what_is_ignored_is_a_line_or_a_fold() {
    let nothing = samples::plan(model::Goal::Present, vec![]);
    let counted = model::Ignored { listed: None, ..samples::ignored() };
    insta::assert_snapshot!(super::render(&samples::shown_with(&nothing, counted), &super::Options::of(super::Form::Comment)), @r"
    <!-- gemmactl v1 stack=ollama-gemma fp=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef complete=1 deletes=0 -->
    ### gemmactl plan · ollama-gemma · no changes (0 resources)

    3 server-managed and 1 unmanaged fields ignored (`plan --show-ignored`)

    Plan `0123456789abcdef` · Stack `ollama-gemma` in project `demo-project` · gemmactl 0.1.0
    ");
    insta::assert_snapshot!(super::render(&samples::shown_with(&nothing, samples::ignored()), &super::Options::of(super::Form::Comment)), @r"
    <!-- gemmactl v1 stack=ollama-gemma fp=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef complete=1 deletes=0 -->
    ### gemmactl plan · ollama-gemma · no changes (0 resources)

    <details><summary>3 server-managed and 1 unmanaged fields ignored</summary>

    ```diff
    # service/ollama-gemma
      uid: 0f3c9a12-5d1e-4a51-9a0c-d0b6f3b1a7e2 (server-managed: given by the server)
      conditions: (1 item) (server-managed: what the server reports)
      timeout: 300s (default: the server's default)
      labels.team: models (foreign: left as it is)
    ```

    </details>

    Plan `0123456789abcdef` · Stack `ollama-gemma` in project `demo-project` · gemmactl 0.1.0
    ");
}

#[test]
fn what_the_checks_found_is_a_list_with_places_and_advice() {
    let text = super::render(
        &samples::with_findings(samples::shown(&samples::edited())),
        &super::Options::of(super::Form::Comment),
    );
    let at = text.find("**Checks**").unwrap();
    insta::assert_snapshot!(&text[at..text.find("Plan `").unwrap()], @"
**Checks**: 1 warning, 1 note

- warning `context-unset` at `gemmactl.yaml:12`: `OLLAMA_CONTEXT_LENGTH is not set`
  - fix: set it as it should be
- info `timeout-short` at `gemmactl.yaml:14`: a request ends after 300 s
  - fix: set it as it should be
");
}

#[test]
fn ways_in_that_find_no_room_are_counted_in_a_word_that_exists() {
    let exposure = |number: usize| model::Exposure {
        id: samples::id(&format!("service/s{number}")),
        place: samples::at(55),
        member: "allUsers".to_owned(),
        on: format!("service s{number}"),
        what: format!("anyone on the internet may call service/s{number}, which the spec does not ask for"),
    };
    let mut plan = samples::edited();
    plan.exposures = (0..100).map(exposure).collect();
    let options =
        super::Options { max_bytes: super::LEAST_BYTES, ..super::Options::of(super::Form::Comment) };
    let text = super::render(&samples::shown(&plan), &options);
    let (_, rest) = text.split_once("#### Open to everybody\n\n").unwrap();
    let (rows, rest) = rest.split_once("\n\n**").unwrap();
    let (more, _) = rest.split_once(" more exposures** not shown here").unwrap();
    assert_eq!(rows.lines().count() + more.parse::<usize>().unwrap(), 100, "{text}");
}
