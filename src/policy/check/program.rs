//! All modules together: packages, their rules and functions, and what a name
//! in a module stands for.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{BUILTINS, Expr, Module as Ast, Parser, Rule, RuleHead, Span as RegoSpan};
use regorus::{Rc, Source};

use crate::diagnostic::Diagnostic;
use crate::model::Span;
use crate::policy::bundle::Module;

/// A parsed module.
#[derive(Debug)]
pub struct Parsed {
    /// Its file.
    pub file: String,
    /// Its package, without `data.`.
    pub package: String,
    /// Names that its imports give, with the path they stand for.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Its syntax tree.
    pub ast: Ast,
}

/// The name of a rule: its package, and its own.
pub type Name = (String, String);

/// What a package declares.
#[derive(Debug, Default)]
pub struct Package {
    /// Rules that are no functions.
    pub rules: BTreeSet<String>,
    /// Functions, with how many arguments they take.
    pub functions: BTreeMap<String, usize>,
}

/// All modules together.
#[derive(Debug, Default)]
pub struct Program {
    /// The modules that could be parsed.
    pub modules: Vec<Parsed>,
    /// Packages by name.
    pub packages: BTreeMap<String, Package>,
}

/// Functions that change from run to run, or reach outside.
pub const FORBIDDEN: &[(&str, &str)] = &[
    ("time.now_ns", "use input.collected_at, so that a snapshot gives the same verdict later"),
    ("rand.intn", "a verdict must be the same from run to run"),
    ("opa.runtime", "policies see `input` and `data.profile` only"),
    ("http.send", "policies see `input` and `data.profile` only"),
    ("walk", "name the attributes; walking the whole model costs too much"),
];

/// Functions that make a list as long as they are told to, of any length.
pub const RANGES: &[&str] = &["numbers.range", "numbers.range_step"];

/// The longest list that they may make.
pub const LONGEST_RANGE: i64 = 10_000;

/// What parsing a module's brackets may cost: the parser tries what is in a
/// bracket twice, so each level of brackets in brackets doubles it.
const MOST_NESTING: u64 = 1 << 17;

/// The line by which a module's brackets have cost too much to parse.
pub fn too_nested(text: &str) -> Option<usize> {
    let (mut depth, mut cost, mut line) = (0_u32, 0_u64, 1);
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match (quote, c) {
            (Some('"'), '\\') => {
                chars.next();
            }
            (Some(open), _) if c == open || (open != '`' && c == '\n') => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`') => quote = Some(c),
            (None, '#') => quote = Some('\n'),
            (None, '[' | '{' | '(') => {
                depth = (depth + 1).min(40);
                cost += 1 << depth;
                if cost > MOST_NESTING {
                    return Some(line);
                }
            }
            (None, ']' | '}' | ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Parses a module.
///
/// # Errors
///
/// Where it is no Rego; the diagnostic names the place.
pub fn parse(module: &Module) -> Result<Parsed, Box<Diagnostic>> {
    let failed = |error: anyhow::Error| Box::new(syntax_error(&module.file, &error.to_string()));
    let source = Source::from_contents(module.file.clone(), module.text.clone()).map_err(failed)?;
    let mut parser = Parser::new(&source).map_err(failed)?;
    parser.enable_rego_v1().map_err(failed)?;
    let ast = parser.parse().map_err(failed)?;
    let package = path_of(&ast.package.refr).map(|path| path.join(".")).unwrap_or_default();
    let mut imports = BTreeMap::new();
    for import in &ast.imports {
        let Some(path) = path_of(&import.refr) else { continue };
        let name = match &import.r#as {
            Some(alias) => alias.text().to_owned(),
            None => path.last().cloned().unwrap_or_default(),
        };
        imports.insert(name, path);
    }
    Ok(Parsed { file: module.file.clone(), package, imports, ast })
}

/// Turns the parser's message, which draws the line, into a diagnostic.
fn syntax_error(file: &str, message: &str) -> Diagnostic {
    let place =
        message.lines().find_map(|line| line.trim().strip_prefix("--> ")).and_then(|place| {
            let mut parts = place.rsplitn(3, ':');
            let column: u32 = parts.next()?.trim().parse().ok()?;
            let line: u32 = parts.next()?.trim().parse().ok()?;
            Some((line, column))
        });
    let reason = message
        .lines()
        .find_map(|line| line.split_once("error: ").map(|(_, reason)| reason))
        .unwrap_or(message)
        .trim();
    let diagnostic = Diagnostic::error(format!("this is no Rego: {reason}"))
        .help("policies are Rego v1; `opa check` explains the syntax");
    match place {
        Some((line, column)) => diagnostic.at(Span {
            file: file.into(),
            start_line: line,
            start_column: column,
            end_line: line,
            end_column: column.saturating_add(1),
        }),
        None => diagnostic.in_file(file),
    }
}

impl Program {
    /// Puts modules together.
    pub fn new(modules: Vec<Parsed>) -> Self {
        let mut packages: BTreeMap<String, Package> = BTreeMap::new();
        for module in &modules {
            let package = packages.entry(module.package.clone()).or_default();
            for rule in &module.ast.policy {
                let Some(name) = rule_name(rule) else { continue };
                match rule.as_ref() {
                    Rule::Spec { head: RuleHead::Func { args, .. }, .. } => {
                        package.functions.insert(name.to_owned(), args.len());
                    }
                    Rule::Default { args, .. } if !args.is_empty() => {
                        package.functions.insert(name.to_owned(), args.len());
                    }
                    _ => {
                        package.rules.insert(name.to_owned());
                    }
                }
            }
        }
        Self { modules, packages }
    }

    /// The package that begins a path below `data`, and what is left of it.
    pub fn package_of<'p>(&self, path: &'p [String]) -> Option<(String, &'p [String])> {
        (1..=path.len()).rev().find_map(|length| {
            let (head, rest) = path.split_at_checked(length)?;
            let name = head.join(".");
            self.packages.contains_key(&name).then_some((name, rest))
        })
    }
}

impl Parsed {
    /// The rule that a path stands for, by package and name, and what of the
    /// path is left: a rule of the package, or one behind `data` or an import.
    /// No variable has the name of a rule; that is checked elsewhere.
    pub fn rule_of(&self, path: &[String], program: &Program) -> Option<(Name, usize)> {
        let (root, rest) = path.split_first()?;
        let import = self.imports.get(root);
        if import.is_none() && root != "data" {
            return Some(((self.package.clone(), root.clone()), rest.len()));
        }
        let full: Vec<String> =
            import.into_iter().flat_map(|path| path.iter().skip(1)).chain(rest).cloned().collect();
        let (package, members) = program.package_of(&full)?;
        let (member, left) = members.split_first()?;
        Some(((package, member.clone()), left.len()))
    }
}

/// The name of a rule: what its head begins with.
pub fn rule_name(rule: &Rule) -> Option<&str> {
    let head = match rule {
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
        Rule::Default { refr, .. } => refr,
    };
    let mut expr: &Expr = head;
    loop {
        match expr {
            Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => expr = refr,
            Expr::Var { span, .. } => return Some(span.text()),
            _ => return None,
        }
    }
}

/// The names of a dotted path, such as `data.audit.lib`; `None` where it is
/// something else.
pub fn path_of(expr: &Expr) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut expr = expr;
    loop {
        match expr {
            Expr::Var { span, .. } => {
                names.push(span.text().to_owned());
                names.reverse();
                return Some(names);
            }
            Expr::RefDot { refr, field, .. } => {
                names.push(field.0.text().to_owned());
                expr = refr;
            }
            Expr::RefBrack { refr, index, .. } => {
                let Expr::String { value, .. } = index.as_ref() else { return None };
                names.push(value.as_string().ok()?.to_string());
                expr = refr;
            }
            _ => return None,
        }
    }
}

/// Whether the interpreter has a function of this name; gives how many
/// arguments it takes, where it counts them.
pub fn builtin(name: &str) -> Option<usize> {
    BUILTINS.get(name).map(|(_, arguments)| usize::from(*arguments))
}

/// The names of all functions that the interpreter has and policies may use.
pub fn builtin_names() -> Vec<String> {
    let mut names: Vec<String> = BUILTINS
        .keys()
        .filter(|name| !FORBIDDEN.iter().any(|(forbidden, _)| forbidden == *name))
        .filter(|name| !name.starts_with("__"))
        .map(|name| (*name).to_owned())
        .collect();
    names.sort();
    names
}

/// A place in a module as the diagnostics want it. Columns count characters,
/// where the parser counts a tab as four.
pub fn place(file: &Rc<str>, span: &RegoSpan) -> Span {
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let start = usize::try_from(span.start).unwrap_or(0);
    let before = span.source.contents().get(..start).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let width = span.text().lines().next().unwrap_or_default().chars().count().max(1);
    Span {
        file: file.clone(),
        start_line: span.line,
        start_column: number(column),
        end_line: span.line,
        end_column: number(column + width),
    }
}
