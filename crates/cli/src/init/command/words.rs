//! The words of a command as a shell would split it, each with its place. Runs nothing, and expands nothing.
//! Source: POSIX, Shell Command Language, 2.2 "Quoting" and 2.3 "Token Recognition".

use std::ops::Range;

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without its quotes.
    pub(super) text: String,
    /// Its bytes in the command.
    pub(super) at: Range<usize>,
}

/// What cannot be taken as it stands, with its bytes.
pub(super) type Problem = (Range<usize>, String);

/// The words, and every problem.
pub(super) fn words(command: &str) -> (Vec<Word>, Vec<Problem>) {
    let mut reader =
        Reader { command, letters: command.char_indices().collect(), next: 0, problems: Vec::new() };
    let mut words = Vec::new();
    while let Some(word) = reader.word() {
        words.push(word);
    }
    (words, reader.problems)
}

struct Reader<'c> {
    command: &'c str,
    letters: Vec<(usize, char)>,
    next: usize,
    problems: Vec<Problem>,
}

/// Letters that end a command, or send its output elsewhere.
const OPERATORS: [char; 7] = [';', '|', '&', '<', '>', '(', ')'];

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.next).map(|(_, letter)| *letter)
    }

    fn take(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.next += 1;
        Some(letter)
    }

    /// The byte that comes next.
    fn at(&self) -> usize {
        self.letters.get(self.next).map_or(self.command.len(), |(at, _)| *at)
    }

    fn skip_blanks(&mut self) {
        while let Some(letter) = self.peek() {
            match letter {
                '\\' if self.letters.get(self.next + 1).is_some_and(|(_, letter)| *letter == '\n') => {
                    self.next += 2;
                }
                '#' => while self.take().is_some_and(|letter| letter != '\n') {},
                letter if letter.is_whitespace() => self.next += 1,
                _ => break,
            }
        }
    }

    fn word(&mut self) -> Option<Word> {
        self.skip_blanks();
        let start = self.at();
        let mut text = String::new();
        let mut end = None;
        self.peek()?;
        while let Some(letter) = self.peek().filter(|letter| !letter.is_whitespace()) {
            let at = self.at();
            self.next += 1;
            match letter {
                '\'' => self.quoted('\'', at, &mut text),
                '"' => self.quoted('"', at, &mut text),
                '\\' => match self.take() {
                    Some('\n') => {}
                    Some(letter) => text.push(letter),
                    None => self.problems.push((at..at + 1, "the command ends in a backslash".to_owned())),
                },
                '$' | '`' => self.expansion(at, letter, &mut text),
                letter if OPERATORS.contains(&letter) => {
                    let message = format!(
                        "`{letter}` is the shell's; give one command, in quotes where a value holds it"
                    );
                    self.problems.push((at..at + 1, message));
                    // What follows is another command.
                    self.next = self.letters.len();
                    end = Some(at);
                }
                letter => text.push(letter),
            }
        }
        let is_operator =
            text.is_empty() && self.command.get(start..).is_some_and(|rest| rest.starts_with(OPERATORS));
        if is_operator { None } else { Some(Word { text, at: start..end.unwrap_or_else(|| self.at()) }) }
    }

    fn quoted(&mut self, quote: char, start: usize, text: &mut String) {
        loop {
            let at = self.at();
            match self.take() {
                None => {
                    self.problems.push((start..start + 1, "this quote is never closed".to_owned()));
                    return;
                }
                Some(letter) if letter == quote => return,
                Some('\\') if quote == '"' => match self.take() {
                    Some('\n') | None => {}
                    Some(letter @ ('"' | '\\' | '$' | '`')) => text.push(letter),
                    Some(letter) => text.extend(['\\', letter]),
                },
                Some(letter @ ('$' | '`')) if quote == '"' => self.expansion(at, letter, text),
                Some(letter) => text.push(letter),
            }
        }
    }

    /// Only the shell knows what it stands for. A dollar sign before nothing that it could name stands for itself.
    fn expansion(&mut self, at: usize, letter: char, text: &mut String) {
        let names = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        text.push(letter);
        if letter == '$' && !self.peek().is_some_and(|next| names(next) || "{(@*?".contains(next)) {
            return;
        }
        while let Some(next) = self.peek().filter(|next| names(*next) || "{}".contains(*next)) {
            text.push(next);
            self.next += 1;
        }
        let what = self.command.get(at..self.at()).unwrap_or("$");
        self.problems.push((at..self.at(), format!("`{what}` is the shell's; write what it stands for")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(command: &str) -> Vec<String> {
        let (words, problems) = words(command);
        assert_eq!(problems, [], "{command}");
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_those_of_a_shell() {
        assert_eq!(
            split("gcloud run  deploy\\\n  a --b='c d' \"e f\"g h\\ i '' # end"),
            ["gcloud", "run", "deploy", "a", "--b=c d", "e fg", "h i", ""]
        );
        assert_eq!(split("a \\\n --b \\\n\t--c 5$"), ["a", "--b", "--c", "5$"]);
        assert_eq!(split(r#""a\"b\n" 'x$y'"#), ["a\"b\\n", "x$y"]);
    }

    #[test]
    fn what_only_a_shell_knows_is_a_problem_with_its_place() {
        for (command, at, said) in [
            ("a $PROJECT b", 2..10, "`$PROJECT`"),
            ("a \"x${Y}\"", 4..8, "`${Y}`"),
            ("a $(gcloud config)", 2..3, "`$`"),
            ("a `b`", 2..4, "`"),
            ("a | b", 2..3, "`|`"),
            ("a; b", 1..2, "`;`"),
            ("a 'b", 2..3, "never closed"),
            ("a \\", 2..3, "backslash"),
        ] {
            let (_, problems) = words(command);
            let first =
                problems.first().is_some_and(|(found, message)| *found == at && message.contains(said));
            assert!(first, "{command}: {problems:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "(?s).{0,60}") {
            let (words, problems) = words(&text);
            for at in words.iter().map(|word| &word.at).chain(problems.iter().map(|(at, _)| at)) {
                proptest::prop_assert!(text.get(at.clone()).is_some());
            }
        }
    }
}
