//! Remarks as workflow commands of GitHub Actions, which shows them beside the lines. The one place where lines are meant to be
//! commands: what comes from a spec or a cloud is escaped so that it stays inside its own.
//! Source: docs.github.com, "Workflow commands for GitHub Actions"; `actions/toolkit`, `core/src/command.ts`.

use std::fmt::Write;

use super::{Annotation, FromRoot, Level};
use crate::escape::escape;

/// A command a line.
pub fn render(annotations: &[Annotation], from_root: FromRoot<'_>) -> String {
    let mut text = String::new();
    for annotation in annotations {
        let command = match annotation.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = &annotation.place {
            properties.push(format!("file={}", property(&from_root(&place.file))));
            properties.push(format!("line={},col={}", place.line, place.column));
        }
        properties.push(format!("title={}", property(&format!("gemmactl: {}", annotation.rule.id))));
        let mut message = data(&annotation.message);
        for help in &annotation.help {
            let _ = write!(message, "%0Away out: {}", data(help));
        }
        let _ = writeln!(text, "::{command} {}::{message}", properties.join(","));
    }
    text
}

/// The text of a command. Line breaks have become visible already.
fn data(text: &str) -> String {
    escape(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, which a comma or a colon would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::of_plan;
    use super::*;
    use crate::samples;

    fn render_of(plan: &model::Plan) -> String {
        render(&of_plan(&samples::shown(plan)), &|file| format!("stacks/{file}"))
    }

    #[test]
    fn each_remark_is_a_command_beside_its_line() {
        insta::assert_snapshot!(render_of(&samples::blocked()), @r"
        ::error file=stacks/gemmactl.yaml,line=42,col=5,title=gemmactl%3A refused::repository/ollama: it exists in europe-west1 and carries no mark of a stack, so somebody else may depend on it%0Away out: rename the item in the spec%0Away out: set `adopt: true` on it, and the stack takes it over
        ::error file=stacks/gemmactl.yaml,line=24,col=5,title=gemmactl%3A unknown::account/ollama-run could not be read: permission iam.serviceAccounts.get denied on projects/demo-project%0Away out: grant roles/iam.serviceAccountViewer to whoever plans
        ");
        insta::assert_snapshot!(render_of(&samples::drifted()), @r"
        ::notice file=stacks/gemmactl.yaml,line=39,col=5,title=gemmactl%3A drift::role/storage.admin/user:me@example.com: drift: removed outside gemmactl
        ::notice file=stacks/gemmactl.yaml,line=55,col=5,title=gemmactl%3A drift::service/ollama-gemma: env.DEBUG is 1 and becomes (not set); changed by ana@acme.example on 2026-11-03 14:05 UTC
        ::notice file=stacks/gemmactl.yaml,line=62,col=5,title=gemmactl%3A drift::service/ollama-gemma: memory is 16Gi and becomes 32Gi; changed by ana@acme.example on 2026-11-03 14:05 UTC
        ");
        insta::assert_snapshot!(render_of(&samples::deleted()), @r"
        ::warning file=stacks/gemmactl.yaml,line=44,col=5,title=gemmactl%3A replace::repository/ollama is deleted and made again: location cannot change in place
        ::warning file=stacks/gemmactl.yaml,line=1,col=1,title=gemmactl%3A delete::service/ollama-gemma is deleted: removed from spec
        ");
    }

    #[test]
    fn hostile_values_stay_inside_their_command() {
        insta::assert_snapshot!(render_of(&samples::hostile()), @r#"
        ::error file=stacks/gemmactl.yaml,line=1,col=1,title=gemmactl%3A refused::service/x\u{1b}]0;title\u{7}: the API said: x\u{1b}[2J\u{d}\u{a}::add-mask::secret\u{a}```\u{a}</details><!-- @octocat | `code`%0Away out: x\u{1b}[2J\u{d}\u{a}::add-mask::secret\u{a}```\u{a}</details><!-- @octocat | `code`
        ::warning file=stacks/gemmactl.yaml,line=70,col=5,title=gemmactl%3A public-access::anyone on the internet gets roles/run.invoker on service ollama-gemma
        ::warning file=stacks/gemmactl.yaml,line=55,col=5,title=gemmactl%3A public-access-live::x\u{1b}[2J\u{d}\u{a}::add-mask::secret\u{a}```\u{a}</details><!-- @octocat | `code`
        ::warning file=stacks/gemmactl.yaml,line=55,col=5,title=gemmactl%3A access-unread::who gets in could not be read: <!-- ::error::
        ::notice file=stacks/gemmactl.yaml,line=9,col=5,title=gemmactl%3A drift::service/ollama-gemma: env.EVIL\u{a}::warning:: is (4 lines) and becomes "4 → 8  spec edited"; changed by eve\u{202e}nimda@acme.example on 2026-11-03\u{9b}31m
        ::notice file=stacks/gemmactl.yaml,line=9,col=5,title=gemmactl%3A drift::service/ollama-gemma: labels.x is "(decided after image/x)" and becomes "a\u{200b}b"; changed by eve\u{202e}nimda@acme.example on 2026-11-03\u{9b}31m
        "#);
    }

    #[test]
    fn signs_of_the_form_are_escaped() {
        assert_eq!(data("100% of a: b, c::d\n"), "100%25 of a: b, c::d\\u{a}");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
