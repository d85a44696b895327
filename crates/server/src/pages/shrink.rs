//! Leaves out of our own scripts and styles what a browser need not load: about
//! two fifths of them are documentation, types and indentation.
//!
//! Only for our own files: no string or regular expression in them holds a
//! comment, no regular expression a quote, and only template literals span
//! lines.

/// What needs no space beside it in JavaScript. `+`, `-` and `/` may.
const TIGHT: &str = "(){}[],;:?=<>&|!";

/// A stylesheet on one line.
pub(super) fn small_style(source: &str) -> String {
    let style = without_comments(source).replace('\n', "");
    [
        (": ", ":"),
        (" {", "{"),
        (";}", "}"),
        (", ", ","),
        (" > ", ">"),
    ]
    .iter()
    .fold(style, |style, (from, to)| style.replace(from, to))
}

/// A module as a part of one script: its imports stand before it, and nobody
/// imports from it. Lines stay lines, so an error still points at one.
pub(super) fn small_script(source: &str) -> String {
    let code: String = without_comments(source)
        .lines()
        .filter(|line| !line.starts_with("import "))
        .map(|line| line.strip_prefix("export ").unwrap_or(line))
        .flat_map(|line| [line, "\n"])
        .collect();
    without_spaces(&code)
}

fn without_comments(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, comment)) = rest.split_once("/*") {
        code.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    code.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Leaves out spaces beside punctuation, outside of strings.
fn without_spaces(code: &str) -> String {
    let mut small = String::with_capacity(code.len());
    let mut quote = None;
    let mut before = '\n';
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied().unwrap_or('\n');
        let is_spare = quote.is_none()
            && character == ' '
            && (TIGHT.contains(before) || TIGHT.contains(after));
        if is_spare {
            continue;
        }
        match (quote, character) {
            (None, '\'' | '"' | '`') => quote = Some(character),
            (Some(open), _) if open == character && before != '\\' => quote = None,
            (Some('\'' | '"'), '\n') => quote = None,
            _ => {}
        }
        small.push(character);
        before = character;
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_spaces_are_left_out() {
        let source = "/**\n * Says what.\n */\nlet a = 1 + +b; // don't\n  // goes\n\n  /** @type {X} */ (b).c(/** d */ d, 'e,  f', `${g} = {h}`);\n/* one */\n";
        assert_eq!(
            small_script(source),
            "let a=1 + +b;// don't\n(b).c(d,'e,  f',`${g} = {h}`);\n"
        );
    }

    #[test]
    fn modules_become_one_script() {
        assert_eq!(
            small_script(
                "import { a } from './a.js';\n\nexport const b = async (c) => ({ a, c });\n"
            ),
            "const b=async(c)=>({a,c});\n"
        );
    }

    #[test]
    fn styles_become_one_line() {
        assert_eq!(
            small_style(
                "/* All */\n.a > .b, .c {\n  margin: 0 auto;\n  color: var(--d);\n}\n@media (x: y) {\n  p {\n    top: 0;\n  }\n}\n"
            ),
            ".a>.b,.c{margin:0 auto;color:var(--d)}@media (x:y){p{top:0}}"
        );
    }
}
