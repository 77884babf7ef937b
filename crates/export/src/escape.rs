//! Names come from a document that anybody may have written. In an exported file they are text and nothing else.

use std::fmt::Write;

/// A longer name is cut.
const LABEL_MAX: usize = 120;

/// A text inside XML, as the content of an element or the value of an attribute.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // What XML cannot hold at all.
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                escaped.push('\u{fffd}');
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text inside a Mermaid diagram: everything that has a meaning there or in HTML becomes `#number;`.
pub fn mermaid(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars();
    for c in chars.by_ref().take(LABEL_MAX) {
        match c {
            c if c.is_alphanumeric() => escaped.push(c),
            '.' | ',' | ':' | '-' | '\'' | '(' | ')' | '/' | '_' | '+' | '?' | '…' | '“' | '”'
            | '‘' | '’' | '·' | '×' => {
                escaped.push(c);
            }
            c if c.is_whitespace() || c.is_control() => escaped.push(' '),
            c => {
                // Writing to a text never fails.
                let _ = write!(escaped, "#{};", u32::from(c));
            }
        }
    }
    if chars.next().is_some() {
        escaped.push('…');
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_is_text() {
        let name = "<img src=x onerror=\"alert(1)\"> & \u{1}";
        assert_eq!(
            xml(name),
            "&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; \u{fffd}"
        );
        let escaped = mermaid(name);
        assert!(!escaped.contains(['<', '>', '"', '&', '=']), "{escaped}");
    }

    #[test]
    fn what_mermaid_reads_as_syntax_is_written_as_numbers() {
        assert_eq!(
            mermaid("a;b#c\n%%{init}%%"),
            "a#59;b#35;c #37;#37;#123;init#125;#37;#37;"
        );
        assert_eq!(mermaid("상담 목록 (1/2)"), "상담 목록 (1/2)");
        assert_eq!(mermaid(&"x".repeat(500)).chars().count(), LABEL_MAX + 1);
    }
}
