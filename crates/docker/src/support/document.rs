//! The tables as a page of the documentation.

use std::fmt::Write as _;

use super::{
    class::{Class, KindClass},
    fields,
    kinds::KINDS,
};

/// The tables in Markdown: the kinds, then the fields of the supported ones, type by type.
pub fn tables_as_markdown() -> String {
    let mut page = String::new();
    // Writing to text cannot fail.
    let _ = write_kinds(&mut page);
    let _ = write_fields(&mut page);
    page
}

fn write_kinds(page: &mut String) -> std::fmt::Result {
    writeln!(page, "## Kinds\n")?;
    writeln!(page, "| kinds | on one host | |")?;
    writeln!(page, "|---|---|---|")?;
    for (group, kinds, class) in KINDS {
        let group = if group.is_empty() { String::new() } else { format!(" ({group})") };
        let (word, reason) = match class {
            KindClass::Supported(what) => ("supported", what),
            KindClass::Meaningless(reason) => ("no effect", reason),
            KindClass::Warned(reason) => ("no effect", reason),
            KindClass::Refused(reason) => ("refused", reason),
        };
        writeln!(page, "| {}{group} | {word} | {} |", kinds.join(", "), cell(reason))?;
    }
    writeln!(page, "| custom kinds | refused | one host has no controller for them |\n")
}

fn write_fields(page: &mut String) -> std::fmt::Result {
    writeln!(page, "## Fields of the supported kinds\n")?;
    for table in fields::tables() {
        writeln!(page, "### {}\n", table.name)?;
        writeln!(page, "| fields | on one host | |")?;
        writeln!(page, "|---|---|---|")?;
        for (fields, class) in table.rows {
            let (word, reason) = match class {
                Class::Supported => ("supported", String::new()),
                Class::With(remark) => ("supported", (*remark).to_owned()),
                Class::Only(values, reason) => {
                    let values: Vec<String> =
                        values.iter().filter(|value| !value.is_empty()).map(|value| format!("`{value}`")).collect();
                    ("in part", format!("only {}: {reason}", values.join(", ")))
                }
                Class::Meaningless(reason) => ("no effect", (*reason).to_owned()),
                Class::Own => ("no effect", "written by the target itself, in a cluster, too".to_owned()),
                Class::Refused(reason) => ("refused", (*reason).to_owned()),
            };
            let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
            writeln!(page, "| {} | {word} | {} |", names.join(", "), cell(&reason))?;
        }
        writeln!(page)?;
    }
    Ok(())
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
