//! The reference of the controls, written from their metadata.

use std::fmt::Write;

use super::bundle::Bundle;
use super::frameworks::FRAMEWORKS;

/// A page in Markdown with every control, by folder.
pub fn markdown(bundle: &Bundle) -> String {
    let mut page = String::from(
        "# Controls\n\nGenerated from the policies' metadata by `audit policy list --format markdown`.\n",
    );
    let mut folders: Vec<&str> = bundle.controls().map(|control| folder(&control.file)).collect();
    folders.sort_unstable();
    folders.dedup();
    for name in folders {
        let _ = write!(page, "\n## {name}\n");
        for control in bundle.controls().filter(|control| folder(&control.file) == name) {
            let sources: Vec<String> = control
                .sources
                .iter()
                .filter_map(|source| serde_json::to_value(source).ok()?.as_str().map(str::to_owned))
                .collect();
            let _ = write!(
                page,
                "\n### {}\n\n**{}** ({})\n\n{}\n\n*What to do:* {}\n\nJudges `{}` from {}. Architecture: {}.\n",
                control.id,
                control.title,
                control.severity,
                control.description.trim(),
                control.remediation.summary.trim(),
                control.subject.join("`, `"),
                sources.join(", "),
                control.architecture.join(", "),
            );
            if !control.frameworks.is_empty() {
                let frameworks: Vec<String> = control
                    .frameworks
                    .iter()
                    .map(|(name, requirements)| format!("{name} {}", requirements.join(", ")))
                    .collect();
                let _ = writeln!(page, "\nFrameworks: {}.", frameworks.join("; "));
            }
        }
    }
    page.push_str("\n## Frameworks\n\nWhat the ids of a framework are taken from.\n\n");
    for framework in FRAMEWORKS {
        let _ = writeln!(page, "- `{}`: [{}]({})", framework.id, framework.title, framework.source);
    }
    page
}

fn folder(file: &str) -> &str {
    file.rsplit('/').nth(1).unwrap_or("policies")
}
