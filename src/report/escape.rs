//! Makes hostile text harmless in each form of output.

/// For a terminal: control characters, escape sequences and characters that
/// change the direction of text are shown as code points.
pub fn terminal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            shown.push_str(&format!("\\u{{{:x}}}", c as u32));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// As [`terminal`], on one line.
pub fn line(text: &str) -> String {
    terminal(&text.replace(['\r', '\n'], " "))
}

/// For Markdown text and table cells: markup, HTML, mentions and links count
/// for nothing, and the text stays on one line.
pub fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            // Mentions and issue references are looked for in what is rendered,
            // so that an entity alone does not do.
            '@' => shown.push_str("&#64;&#8203;"),
            '#' => shown.push_str("&#35;&#8203;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '!' | '~' | '$' => {
                shown.push('\\');
                shown.push(c);
            }
            _ => shown.push(c),
        }
    }
    // Addresses become links of themselves.
    shown
        .replace("://", ":&#8203;&#47;&#47;")
        .replace("www.", "www&#8203;.")
        .replace("WWW.", "WWW&#8203;.")
}

/// For Markdown code spans: a fence longer than any run of backquotes inside.
pub fn markdown_code(text: &str) -> String {
    let text = line(text).replace('|', "\\|");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad =
        if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// For the plain-text messages of SARIF, which give brackets and braces a
/// meaning (links and placeholders; specification 2.1.0, section 3.11.5).
pub fn sarif(text: &str) -> String {
    terminal(text)
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
        .replace('{', "{{")
        .replace('}', "}}")
}

/// For XML 1.0, which cannot hold most control characters at all. Quoting is
/// the writer's.
pub fn xml(text: &str) -> String {
    text.chars()
        .map(|c| if is_unsafe(c) && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c })
        .collect()
}

/// Whether a character may move the cursor, start an escape sequence, or show
/// text in another order than it is written (Unicode's bidirectional controls).
pub fn is_unsafe(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c,
            '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'
            | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_never_reach_a_terminal() {
        assert_eq!(terminal("a\u{1b}[31mred"), "a\\u{1b}[31mred");
        assert_eq!(terminal("safe\u{202e}gnp.exe"), "safe\\u{202e}gnp.exe");
        assert_eq!(terminal("a\u{61c}b\u{e0041}"), "a\\u{61c}b\\u{e0041}");
        assert_eq!(line("one\ntwo"), "one two");
    }

    #[test]
    fn markdown_markup_counts_for_nothing() {
        let shown = markdown("<img src=x> [a](http://b) | `c` @team #1");
        assert!(!shown.contains('<') && !shown.contains("](") && !shown.contains("://"));
        assert!(!shown.contains('@') && shown.contains("\\|"));
        assert_eq!(markdown("www.evil.example @a"), "www&#8203;.evil.example &#64;&#8203;a");
        assert_eq!(markdown_code("a`b"), "``a`b``");
    }

    #[test]
    fn sarif_messages_hold_no_links_or_placeholders() {
        assert_eq!(sarif("[x](1) {0}"), "\\[x\\](1) {{0}}");
    }
}
