//! HTML under construction. Mark-up is ours and known when the program is compiled; every text is escaped. So no text can become
//! mark-up, whatever it says.

use std::fmt::Write;

use crate::escape::escape;

/// A text of HTML.
#[derive(Default)]
pub(crate) struct Page(String);

impl Page {
    /// Adds mark-up.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text, for the content of an element or a quoted attribute.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for character in escape(text).chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    /// Adds a number.
    pub(crate) fn number(&mut self, number: usize) -> &mut Self {
        let _ = write!(self.0, "{number}");
        self
    }

    /// Adds a text as code.
    pub(crate) fn code(&mut self, text: &str) -> &mut Self {
        self.raw("<code>").text(text).raw("</code>")
    }

    /// The text.
    pub(crate) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_mark_up() {
        let mut page = Page::default();
        page.raw("<b title=\"").text("\"'<>&\u{1b}").raw("\">").number(7).raw("</b>");
        assert_eq!(page.finish(), "<b title=\"&quot;&#39;&lt;&gt;&amp;\\u{1b}\">7</b>");
    }
}
