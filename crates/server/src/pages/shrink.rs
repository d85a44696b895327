//! Leaves out of our own scripts and styles what a browser need not load: about
//! two fifths of them are documentation, types and indentation.
//!
//! Only for our own files: no string or regular expression in them holds a
//! comment, no regular expression a quote, and no line of code is followed by a
//! comment.

/// What needs no space beside it in JavaScript. `+`, `-` and `/` may.
const TIGHT: &str = "(){}[],;:?=<>&|!";

/// At the end of a line: the next one belongs to it, or begins a statement.
const GOES_ON: &str = "{;,([=?:&|>";
/// At the start of a line: it belongs to the one before, or ends a block.
const CONTINUES: &str = "})].?:&|";

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
/// imports from it.
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

/// Leaves out spaces beside punctuation, and line ends where no statement can
/// end, outside of strings.
fn without_spaces(code: &str) -> String {
    let mut small = String::with_capacity(code.len());
    let mut quote = None;
    let mut before = ';';
    let mut characters = code.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied().unwrap_or(';');
        let is_spare = quote.is_none()
            && match character {
                ' ' => TIGHT.contains(before) || TIGHT.contains(after),
                '\n' => GOES_ON.contains(before) || CONTINUES.contains(after),
                _ => false,
            };
        if is_spare {
            continue;
        }
        match (quote, character) {
            (None, '\'' | '"' | '`') => quote = Some(character),
            (Some(open), _) if open == character && before != '\\' => quote = None,
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
        let source = "/**\n * Says what.\n */\nlet a = 1 + +b;\n  // goes\n\n  /** @type {X} */ (b).c(/** d */ d, 'e,  f', `${g} = {h}`);\nif (i)\n  j();\nconst k = [\n  l,\n]\n  .map(m)\nn()\n/* one */\n";
        assert_eq!(
            small_script(source),
            "let a=1 + +b;(b).c(d,'e,  f',`${g} = {h}`);if(i)\nj();const k=[l,].map(m)\nn()\n"
        );
    }

    #[test]
    fn modules_become_one_script() {
        assert_eq!(
            small_script(
                "import { a } from './a.js';\n\nexport const b = async (c) => ({ a, c });\n"
            ),
            "const b=async(c)=>({a,c});"
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
