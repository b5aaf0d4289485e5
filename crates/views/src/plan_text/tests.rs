use unicode_width::UnicodeWidthStr;

use crate::plan_markdown::{Form, Options};
use crate::{Colour, Detail, Style, Symbols, samples};
use crate::{plan_html, plan_markdown};

fn render(plan: &model::Plan, style: &Style) -> String {
    super::render(&samples::shown(plan), None, style)
}

fn text(plan: &model::Plan) -> String {
    render(plan, &samples::style())
}

#[test]
fn ascii_symbols_and_eighty_columns_suffice() {
    let style = Style { symbols: Symbols::Ascii, ..samples::style() };
    let shown = render(&samples::rebuilt(), &style);
    assert!(shown.is_ascii(), "{shown}");
    insta::assert_snapshot!(shown, @r#"
    gemmactl plan  stack=ollama-gemma  project=demo-project  region=europe-west1
      CHANGES  1 update, 1 rebuild, 7 unchanged

      ~ image/ollama-gemma  rebuild                                       (1st of 2)
          <- rebuild because Dockerfile changed, prompts/system.txt added
          context.Dockerfile          changed
          context.prompts/system.txt  added
          tag                         1a2b3c4d5e6f -> 9f8e7d6c5b4a
          dockerfile
            | @@ -3,6 +3,6 @@
            |  ENV OLLAMA_MODELS=/models
            |  ENV OLLAMA_DEBUG=false
            |  ENV OLLAMA_KEEP_ALIVE=-1
            | -ENV MODEL=gemma3:4b
            | +ENV MODEL=gemma3:12b
            |  RUN ollama serve & sleep 5 && ollama pull "$MODEL"
            |  ENTRYPOINT ["ollama", "serve"]
      ~ service/ollama-gemma  update            (2nd of 2; after image/ollama-gemma)
          <- follows image/ollama-gemma
          image  ...sha256:1a2b3c4d5e6f -> (decided after image/ollama-gemma)

    Plan: 1 to update, 1 to rebuild; 7 unchanged.
    To do only this: gemmactl apply --expect 0123456789abcdef
    "#);
}

#[test]
fn the_summary_is_a_line_a_resource() {
    let style = Style { detail: Detail::Summary, ..samples::style() };
    insta::assert_snapshot!(render(&samples::rebuilt(), &style), @r"
    gemmactl plan  stack=ollama-gemma  project=demo-project  region=europe-west1
      CHANGES  1 update · 1 rebuild · 7 unchanged

      ~ image/ollama-gemma  rebuild                                       (1st of 2)
          ← rebuild because Dockerfile changed, prompts/system.txt added
          context.Dockerfile, context.prompts/system.txt, dockerfile, tag
      ~ service/ollama-gemma  update            (2nd of 2; after image/ollama-gemma)
          ← follows image/ollama-gemma
          image

    Plan: 1 to update, 1 to rebuild; 7 unchanged.
    To do only this: gemmactl apply --expect 0123456789abcdef
    ");
}

#[test]
fn full_detail_shortens_nothing() {
    let style = Style { detail: Detail::Full, width: 120, ..samples::style() };
    insta::assert_snapshot!(render(&samples::rebuilt(), &style), @r#"
    gemmactl plan  stack=ollama-gemma  project=demo-project  region=europe-west1
      CHANGES  1 update · 1 rebuild · 7 unchanged

      ~ image/ollama-gemma  rebuild                                                           (1st of 2)
          ← rebuild because Dockerfile changed, prompts/system.txt added
          context.Dockerfile          changed
          context.prompts/system.txt  added
          tag                         1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f → 9f8e7d6c5b4a39281706f5e4d3c2b1a0
          dockerfile
            │ @@ -3,6 +3,6 @@
            │  ENV OLLAMA_MODELS=/models
            │  ENV OLLAMA_DEBUG=false
            │  ENV OLLAMA_KEEP_ALIVE=-1
            │ -ENV MODEL=gemma3:4b
            │ +ENV MODEL=gemma3:12b
            │  RUN ollama serve & sleep 5 && ollama pull "$MODEL"
            │  ENTRYPOINT ["ollama", "serve"]
      ~ service/ollama-gemma  update                                (2nd of 2; after image/ollama-gemma)
          ← follows image/ollama-gemma
          image
            - europe-west1-docker.pkg.dev/demo-project/ollama/ollama-gemma@sha256:1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b
            + (decided after image/ollama-gemma)

      UNCHANGED  7 resources
        = api/artifactregistry.googleapis.com
        = api/cloudbuild.googleapis.com
        = api/run.googleapis.com
        = role/artifactregistry.admin/user:me@example.com
        = role/cloudbuild.builds.editor/user:me@example.com
        = role/run.admin/user:me@example.com
        = repository/ollama

    Plan: 1 to update, 1 to rebuild; 7 unchanged.
    To do only this: gemmactl apply --expect 0123456789abcdef
    "#);
    insta::assert_snapshot!(render(&samples::create_all(), &style), @r#"
    gemmactl plan  stack=ollama-gemma  project=demo-project  region=europe-west1
      CHANGES  9 create

      ACCESS   on project demo-project
        + roles/artifactregistry.admin    user:me@example.com  gemmactl.yaml:27
        + roles/cloudbuild.builds.editor  user:me@example.com  gemmactl.yaml:29
        + roles/run.admin                 user:me@example.com  gemmactl.yaml:31

      + api/artifactregistry.googleapis.com  create                                           (1st of 9)
      + api/cloudbuild.googleapis.com  create                                                 (2nd of 9)
      + api/run.googleapis.com  create                                                        (3rd of 9)
      + repository/ollama  create  (7th of 9; after role/run.admin/user:me@example.com, api/artifactregistry.googleapis.com)
          description  "Model servers"  gemmactl.yaml:43
          format       docker  gemmactl.yaml:42
      + image/ollama-gemma  create    (8th of 9; after repository/ollama, api/cloudbuild.googleapis.com)
          context.Dockerfile  1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d1a2b  gemmactl.yaml:48
          context.prompt.txt  9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0  gemmactl.yaml:48
          dockerfile          gemmactl.yaml:48
            │ +FROM ollama/ollama:latest
            │ +ENV OLLAMA_HOST=0.0.0.0:8080
            │ +ENTRYPOINT ["ollama", "serve"]
          tag                 9f8e7d6c5b4a39281706f5e4d3c2b1a0  gemmactl.yaml:46
      + service/ollama-gemma  create        (9th of 9; after image/ollama-gemma, api/run.googleapis.com)
          concurrency              4  gemmactl.yaml:64
          cpu                      8  gemmactl.yaml:61
          cpuThrottling            false  gemmactl.yaml:63
          env.OLLAMA_NUM_PARALLEL  4  gemmactl.yaml:68
          gpu.count                1  gemmactl.yaml:59
          gpu.type                 nvidia-l4  gemmactl.yaml:58
          gpu.zonalRedundancy      false  gemmactl.yaml:60
          image                    (decided after image/ollama-gemma)  gemmactl.yaml:56
          maxInstances             1  gemmactl.yaml:65
          memory                   32Gi  gemmactl.yaml:62
          timeout                  600s  gemmactl.yaml:66

    Plan: 9 to create.
    To do only this: gemmactl apply --expect 0123456789abcdef
    "#);
}

/// Grants whose members and roles are as long as Google Cloud lets them be.
fn long_access() -> model::Plan {
    let new = |name: &str| samples::invoker(name, model::Action::Create, model::Reason::NotFound, 72);
    let long = format!("serviceAccount:{0}@{0}.iam.gserviceaccount.com", "a-long-name-of-thirty-letters1");
    let mut conditional = new(&long);
    samples::on_condition(&mut conditional, &serde_json::json!({ "title": "office hours ".repeat(7) }));
    let custom = format!("projects/a-long-name-of-thirty-letters1/roles/{}", "r".repeat(64));
    let role = samples::role(&custom, model::Action::Delete, model::Reason::RemovedFromSpec, 9);
    let short = new("serviceAccount:chat@demo-project.iam.gserviceaccount.com");
    samples::plan(model::Goal::Present, vec![conditional, new(&long), short, role])
}

#[test]
fn every_line_keeps_within_the_width_and_begins_with_a_word_of_ours() {
    let plans = [
        samples::create_all(),
        samples::edited(),
        samples::drifted(),
        samples::rebuilt(),
        samples::deleted(),
        samples::destroyed(),
        samples::blocked(),
        samples::hostile(),
        long_access(),
    ];
    for plan in &plans {
        for detail in [Detail::Summary, Detail::Changes] {
            for (symbols, width) in [(Symbols::Unicode, 80), (Symbols::Ascii, 80), (Symbols::Unicode, 100)] {
                let shown = render(plan, &Style { colour: Colour::Never, symbols, width, detail });
                for line in shown.lines() {
                    assert!(line.width() <= width, "{} columns: {line}", line.width());
                    assert!(!line.trim_start().starts_with("::"), "{line}");
                }
                assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown}");
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    for plan in [samples::rebuilt(), samples::deleted(), samples::hostile()] {
        let coloured = render(&plan, &Style { colour: Colour::Always, ..samples::style() });
        assert_ne!(coloured, text(&plan));
        let plain: String = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(plain, text(&plan));
    }
}

#[test]
fn what_is_ignored_is_counted_in_a_line_and_listed_when_asked_for() {
    let nothing = samples::plan(model::Goal::Present, vec![]);
    let counted = model::Ignored { listed: None, ..samples::ignored() };
    insta::assert_snapshot!(super::render(&samples::shown_with(&nothing, counted.clone()), None, &samples::style()), @r"
    No changes. Stack ollama-gemma in demo-project matches the spec (0 resources;
      4 fields ignored).
    ");
    let edited =
        super::render(&samples::shown_with(&samples::edited(), counted.clone()), None, &samples::style());
    assert!(
        edited
            .contains("\n\n3 server-managed and 1 unmanaged fields ignored (plan --show-ignored)\n\nPlan: "),
        "{edited}"
    );
    let listed =
        super::render(&samples::shown_with(&samples::edited(), samples::ignored()), None, &samples::style());
    let (_, listed) = listed.split_once("68 spec edited\n").unwrap();
    insta::assert_snapshot!(listed, @r"

      IGNORED  3 server-managed and 1 unmanaged fields, no difference
        service/ollama-gemma
          uid          0f3c9a12-5d1e-4a51…  server-managed: given by the server
          conditions   (1 item)             server-managed: what the server reports
          timeout      300s                 default: the server's default
          labels.team  models               foreign: left as it is

    Plan: 1 to update, 1 to delete; 8 unchanged.
    To do only this: gemmactl apply --expect 0123456789abcdef
    ");
}

/// Files that are sent and never made.
#[derive(Debug)]
struct Files(&'static [&'static str], u64);

impl model::Content for Files {
    fn digest(&self) -> &'static str {
        "00"
    }

    fn paths(&self) -> Vec<&str> {
        self.0.to_vec()
    }

    fn size(&self) -> u64 {
        self.1
    }

    fn archive(&self) -> std::io::Result<model::Archive> {
        Err(std::io::Error::other("a view sends nothing"))
    }
}

#[test]
fn what_is_sent_to_a_build_is_counted_measured_and_named() {
    let paths = &["Dockerfile", "a.txt", "b\u{1b}[31m.txt", "models/c", "models/d", "models/e", "models/f"];
    let sending = |mut plan: model::Plan| {
        let image = plan.changes.iter_mut().find(|change| change.id.kind() == "image").unwrap();
        image.steps.push(model::Step::Upload(model::Upload {
            bucket: "sources".to_owned(),
            object: "ollama-gemma/00.tar.gz".to_owned(),
            content_type: "application/gzip".to_owned(),
            content: std::sync::Arc::new(Files(paths, 4_300_000)),
        }));
        plan
    };
    let lines = |plan: &model::Plan| -> String {
        let shown = text(plan);
        let lines = shown.split_inclusive('\n').skip_while(|line| !line.contains("image/ollama-gemma"));
        lines.take(4).collect()
    };
    insta::assert_snapshot!(lines(&sending(samples::create_all())), @r"
      + image/ollama-gemma  create    (8th of 9; after repository/ollama and 1 more)
          sends 7 files, 4.3 MB: Dockerfile, a.txt, b\u{1b}[31m.txt, models/c,
              │ models/d and 2 more
          dockerfile (3 lines) · tag 9f8e7d6c5b4a
    ");
    insta::assert_snapshot!(lines(&sending(samples::rebuilt())), @r"
      ~ image/ollama-gemma  rebuild                                       (1st of 2)
          ← rebuild because Dockerfile changed, prompts/system.txt added
          sends 7 files, 4.3 MB: Dockerfile, a.txt, b\u{1b}[31m.txt, models/c,
              │ models/d and 2 more
    ");
    let sent = r"sends 7 files, 4.3 MB: Dockerfile, a.txt, b\u{1b}[31m.txt, models/c, models/d and 2 more";
    let shown = samples::shown(&sending(samples::rebuilt()));
    for form in [Form::Comment, Form::Summary] {
        let markdown = plan_markdown::render(&shown, &Options::of(form));
        assert!(markdown.contains(&format!("# {sent}\n")), "{markdown}");
    }
    let page = plan_html::render(&shown, None);
    assert!(page.contains(sent), "{page}");
    let json = views_json(&sending(samples::create_all()));
    assert_eq!(json["sends"]["files"], 7);
    assert_eq!(json["sends"]["bytes"], 4_300_000);
    assert_eq!(json["sends"]["first"].as_array().unwrap().len(), 5);
}

/// The image of a plan, as JSON.
fn views_json(plan: &model::Plan) -> serde_json::Value {
    let text = crate::plan_json::render(&samples::shown(plan));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut changes = json["changes"].as_array().unwrap().iter();
    changes.find(|change| change["kind"] == "image").unwrap().clone()
}

#[test]
fn a_text_of_several_lines_has_its_cause_on_every_surface() {
    let mut plan = samples::edited();
    let service = plan.changes.iter_mut().find(|change| change.id.kind() == "service").unwrap();
    let (old, new) = (serde_json::json!("one\ntwo\n"), serde_json::json!("one\n2\n"));
    (service.fields[0].before, service.fields[0].after) = (Some(old), Some(new));
    let shown = samples::shown(&plan);
    let cause = "gemmactl.yaml:64 spec edited";
    for form in [Form::Comment, Form::Summary] {
        let markdown = plan_markdown::render(&shown, &Options::of(form));
        assert!(markdown.contains(&format!("# {cause}\n# concurrency\n@@")), "{markdown}");
    }
    let page = plan_html::render(&shown, None);
    assert!(page.contains(&format!("<code>concurrency</code> <small>{cause}</small></summary>")), "{page}");
    assert!(text(&plan).contains(&format!("concurrency  {cause}\n        │ @@")), "{}", text(&plan));
}

#[test]
fn what_the_checks_found_stands_before_the_totals() {
    let plan = samples::with_findings(samples::shown(&samples::edited()));
    let style = samples::style();
    let text = super::render(&plan, None, &style);
    let at = text.find("  CHECKS").unwrap();
    insta::assert_snapshot!(&text[at..text.find("Plan:").unwrap()], @"
CHECKS   1 warning, 1 note
  warning context-unset  gemmactl.yaml:12
    OLLAMA_CONTEXT_LENGTH is not set
      4 slots × 4096 tokens
    fix  set it as it should be
  info timeout-short  gemmactl.yaml:14
    a request ends after 300 s
");
    let summary = super::render(&plan, None, &Style { detail: Detail::Summary, ..style });
    assert!(summary.contains("1 warning, 1 note") && !summary.contains("OLLAMA_CONTEXT_LENGTH"), "{summary}");
}
