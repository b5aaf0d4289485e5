use std::time::Duration;

use proptest::prelude::*;
use tuning::{Answered, Level, Sample, Server, Setup, Start, advise};
use unicode_width::UnicodeWidthStr as _;

use super::{Bench, BenchFile, Ending, Form, ReadError, Subject, html, is_bench, text};
use crate::{Colour, Detail, Style, Symbols, hostile};

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A level at which all prompts had the same fate: first token, tokens a second of each, how long all took.
fn level(concurrency: u32, count: u32, first: u64, rate: f64, took: u64) -> Level {
    let answered = Answered { first_token: Some(MS(first)), tokens: 128, per_second: Some(rate) };
    let samples: Vec<Sample> = (0..count).map(|_| Sample::Answered(answered)).collect();
    Level::of(concurrency, count, &samples, MS(took), (concurrency > 1).then_some(MS(210)))
}

fn bench() -> Bench {
    let setup = Setup {
        concurrency: 8,
        most_instances: 1,
        server: Server::Ollama,
        slots: Some(4),
        slots_that_fit: Some(11),
    };
    let mut refused = level(16, 60, 4_180, 39.8, 51_000);
    refused.wanted = 64;
    refused.refused.insert(503, 4);
    refused.problem = Some("server busy, please try again.  maximum pending requests exceeded".to_owned());
    let levels = vec![
        level(1, 10, 210, 62.5, 22_600),
        level(2, 10, 220, 58.9, 12_000),
        level(4, 16, 240, 51.2, 11_000),
        level(8, 32, 2_350, 50.8, 21_900),
        refused,
    ];
    Bench {
        subject: Subject {
            service: "ollama-gemma".to_owned(),
            region: "europe-west1".to_owned(),
            project: "demo-project".to_owned(),
            revision: Some("ollama-gemma-00001-abc".to_owned()),
            model: "gemma3:4b".to_owned(),
            form: Form::Ollama,
            prompt: "How does a river form?".to_owned(),
            max_tokens: 128,
        },
        began: "2026-11-23T14:05:09Z".to_owned(),
        setup,
        start: Start::answered(Some(MS(14_200))),
        advice: advise(&levels, &setup),
        levels,
        ending: Ending::Complete,
    }
}

fn style(width: usize, symbols: Symbols) -> Style {
    Style { colour: Colour::Never, symbols, width, detail: Detail::Changes }
}

#[test]
fn a_terminal_shows_figures_bars_and_what_follows() {
    insta::assert_snapshot!(text(&bench(), &style(100, Symbols::Unicode)), @r"
    gemmactl bench  service/ollama-gemma  europe-west1
    132 prompts to gemma3:4b in Ollama's form, each answered with 128 tokens at the most;
      2026-11-23T14:05:09Z
    The first request met no running instance: from it to the first token of the first prompt 14.20 s
      passed, 13.99 s of which started one and loaded the model. They are in no figure.

    at once  answered  first token     p95  waiting  each   all
          1     10/10       0.21 s  0.21 s   0.00 s  62.5  56.6
          2     10/10       0.22 s  0.22 s   0.01 s  58.9   107
          4     16/16       0.24 s  0.24 s   0.03 s  51.2   186
          8     32/32       2.35 s  2.35 s   2.14 s  50.8   187
         16     60/64       4.18 s  4.18 s   3.97 s  39.8   151
    first token: the median, and what 19 of 20 keep within (p95); waiting: the part of the median that
      a prompt alone does not wait; each and all: tokens a second of one answer (median) and of all
      together

    not answered
           16  4 with 503: server busy, please try again.  maximum pending requests exceeded

    tokens a second of all answers together, by prompts at once
            1  ███████████████████████  56.6
            2  ███████████████████████████████████████████  107
            4  ████████████████████████████████████████████████████████████████████████████  186  < knee
            8  ████████████████████████████████████████████████████████████████████████████  187
           16  █████████████████████████████████████████████████████████████  151

    time to the first token, and how much of it is waiting (the light part)
            1  ████  0.21 s
            2  ████  0.22 s
            4  ████░  0.24 s
            8  ████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  2.35 s
           16  ████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  4.18 s

    recommended
      concurrency  8 (as it is)
        because as many as slots: further requests would wait inside the instance, where Cloud Run does
              │ not see them and starts no other one
      OLLAMA_NUM_PARALLEL  8 (now 4)
        because at 4 at once each answer came with 82 % of the speed that it has alone, so the GPU has
              │ room for more than 4, and its memory for 11; measure again with it
      maxInstances  2 (now 1)
        because 16 prompts at once, the most that was measured, need 2 with 8 each; it is 1 now, and the
              │ GPU quota has to allow more

    to be careful about
      - at 16 at once 4 of 64 prompts were not answered, so this level does not count
    ");
}

#[test]
fn a_narrow_terminal_without_unicode_shows_the_same() {
    let ascii = text(&bench(), &style(60, Symbols::Ascii));
    assert!(ascii.is_ascii(), "{ascii}");
    for line in ascii.lines() {
        assert!(line.width() <= 60, "{} columns: {line}", line.width());
    }
    insta::assert_snapshot!(ascii, @r"
    gemmactl bench  service/ollama-gemma  europe-west1
    132 prompts to gemma3:4b in Ollama's form, each answered
      with 128 tokens at the most; 2026-11-23T14:05:09Z
    The first request met no running instance: from it to the
      first token of the first prompt 14.20 s passed, 13.99 s of
      which started one and loaded the model. They are in no
      figure.

    at once  answered  first token     p95  waiting  each   all
          1     10/10       0.21 s  0.21 s   0.00 s  62.5  56.6
          2     10/10       0.22 s  0.22 s   0.01 s  58.9   107
          4     16/16       0.24 s  0.24 s   0.03 s  51.2   186
          8     32/32       2.35 s  2.35 s   2.14 s  50.8   187
         16     60/64       4.18 s  4.18 s   3.97 s  39.8   151
    first token: the median, and what 19 of 20 keep within
      (p95); waiting: the part of the median that a prompt alone
      does not wait; each and all: tokens a second of one answer
      (median) and of all together

    not answered
           16  4 with 503: server busy, please try again.
             | maximum pending requests exceeded

    tokens a second of all answers together, by prompts at
      once
            1  ###########  56.6
            2  #####################  107
            4  ####################################  186  < knee
            8  ####################################  187
           16  #############################  151

    time to the first token, and how much of it is waiting
      (the light part)
            1  ##  0.21 s
            2  ##  0.22 s
            4  ##  0.24 s
            8  ##.....................  2.35 s
           16  ##.......................................  4.18 s

    recommended
      concurrency  8 (as it is)
        because as many as slots: further requests would wait
              | inside the instance, where Cloud Run does not
              | see them and starts no other one
      OLLAMA_NUM_PARALLEL  8 (now 4)
        because at 4 at once each answer came with 82 % of the
              | speed that it has alone, so the GPU has room for
              | more than 4, and its memory for 11; measure
              | again with it
      maxInstances  2 (now 1)
        because 16 prompts at once, the most that was measured,
              | need 2 with 8 each; it is 1 now, and the GPU
              | quota has to allow more

    to be careful about
      - at 16 at once 4 of 64 prompts were not answered, so this
      | level does not count
    ");
}

#[test]
fn what_was_cut_short_and_what_was_never_answered_is_said() {
    let setup = bench().setup;
    let refused: Vec<Sample> = (0..10).map(|_| Sample::Refused(403, "Forbidden".to_owned())).collect();
    let levels = vec![Level::of(1, 20, &refused, MS(100), None)];
    let cut = Bench {
        start: Start::Unanswered,
        ending: Ending::Interrupted,
        advice: advise(&levels, &setup),
        levels,
        ..bench()
    };
    let shown = text(&cut, &style(100, Symbols::Unicode));
    for said in [
        "The first prompt was not answered before the end.",
        "It was stopped: what follows was measured until then.",
        "        1  10 with 403: Forbidden\n",
        "  concurrency  nothing\n    because no prompt was answered\n",
        "at 1 at once only 10 of 20 prompts had ended",
    ] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    assert!(!shown.contains("tokens a second of all"), "there is nothing to draw: {shown}");
    assert!(!cut.has_answers() && bench().has_answers());
    assert!(html(&cut).contains("class=\"alarm\">It was stopped"));
    let nothing = Bench { levels: Vec::new(), ..cut };
    assert!(text(&nothing, &style(100, Symbols::Unicode)).contains("recommended"));
}

#[test]
fn of_the_first_request_no_more_is_said_than_is_known() {
    let silent = Level { first_token: None, ..level(1, 10, 210, 62.5, 22_600) };
    for (start, levels, said) in [
        (
            Start::answered(Some(MS(300))),
            bench().levels,
            "The first request met a running instance: from it to the first token of the first prompt 0.30 s passed, which are in no \
             figure.",
        ),
        (
            Start::answered(Some(MS(14_200))),
            vec![silent],
            "Nothing tells whether the first request met a running instance: from it to the first token of the first prompt 14.20 s \
             passed, but not how long a prompt takes that is alone.",
        ),
        (
            Start::answered(None),
            bench().levels,
            "The first prompt was answered without text, so nothing tells whether an instance started for it.",
        ),
        (Start::Unanswered, Vec::new(), "The first prompt was not answered before the end."),
    ] {
        assert_eq!(Bench { start, levels, ..bench() }.start_sentence(), said);
    }
}

#[test]
fn a_measurement_from_before_the_reason_was_saved_is_read_too() {
    let saved = BenchFile::text(&Bench { start: Start::Unanswered, ..bench() });
    let earlier = saved.replace(",\"noFirstToken\":\"unanswered\"", "");
    assert_ne!(earlier, saved);
    assert_eq!(BenchFile::read(earlier.as_bytes()).unwrap().start, Start::Unanswered);
}

#[test]
fn a_saved_measurement_is_read_as_it_was() {
    let unanswered = Bench { start: Start::Unanswered, ending: Ending::OutOfTime, ..bench() };
    for bench in [bench(), unanswered, Bench { start: Start::Silent, ..bench() }] {
        let saved = BenchFile::text(&bench);
        assert!(is_bench(saved.as_bytes()));
        assert_eq!(BenchFile::read(saved.as_bytes()).unwrap(), bench);
    }
}

#[test]
fn what_is_no_measurement_is_refused_with_what_to_do() {
    let saved = BenchFile::text(&bench());
    for (from, to, problem) in [
        ("\"version\":1", "\"version\":2", "it has version 2 of the form of measurements"),
        ("\"version\":1", "\"versio\":1", "it has no `version`"),
        ("\"503\":4", "\"5x3\":4", "`5x3` is no HTTP status"),
        ("\"tookMs\":22600.0", "\"tookMs\":-1", "-1 ms is no time"),
        ("\"ollama\"", "\"llama\"", "unknown variant"),
    ] {
        assert!(saved.contains(from), "{from}: {saved}");
        let error = BenchFile::read(saved.replace(from, to).as_bytes()).unwrap_err();
        assert!(error.to_string().contains(problem), "{problem}: {error}");
        assert!(error.help().starts_with("help: "));
    }
    assert!(matches!(BenchFile::read(b"{"), Err(ReadError::Malformed(_))));
    assert!(!is_bench(b"{\"version\":1}") && !is_bench(b"nonsense"));
}

#[test]
fn the_page_holds_every_figure_and_needs_nothing_else() {
    let page = html(&bench());
    for figure in
        ["14.20 s", "16/16", "187", "2.14 s", "4 with 503", "maximum pending requests exceeded", "51.2"]
    {
        assert!(page.contains(figure), "{figure}");
    }
    assert!(!page.contains("<script") && !page.contains("://") && !page.contains("url("), "{page}");
    assert_eq!(page.matches("<svg").count(), 2);
    assert_eq!(page.matches("<section>").count(), page.matches("</section>").count());
}

proptest! {
    #[test]
    fn whatever_a_server_says_no_surface_obeys_it(said in hostile::text()) {
        let mut bench = bench();
        bench.subject.service = said.clone();
        bench.subject.model = said.clone();
        bench.subject.prompt = said.clone();
        bench.levels[4].problem = Some(said.clone());
        bench.advice.doubts.push(said.clone());
        bench.advice.slots.reason = said;
        let page = html(&bench);
        let tags = |page: &str| page.matches('<').count();
        let plain = { let mut plain = bench.clone(); plain.subject = self::bench().subject; plain };
        prop_assert_eq!(tags(&page), tags(&html(&plain)), "no text makes a tag");
        for shown in [page, text(&bench, &style(80, Symbols::Unicode))] {
            prop_assert!(!shown.chars().any(|letter| letter != '\n' && model::unseen::is_unseen(letter)), "{:?}", shown);
            prop_assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{}", shown);
        }
        let saved = BenchFile::text(&bench);
        prop_assert!(!saved.trim_end().chars().any(model::unseen::is_unseen));
        prop_assert_eq!(BenchFile::read(saved.as_bytes()).unwrap(), bench);
    }
}
