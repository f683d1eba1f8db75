//! Keeps the policy interpreter from taking backtraces.

/// Starts the program again with `RUST_LIB_BACKTRACE=0` where `RUST_BACKTRACE`
/// asks for backtraces and nothing is said of the libraries' own. The
/// interpreter makes and drops many errors inside, each with a backtrace that
/// no one sees, and is many times slower for it. Where the program cannot be
/// started again, the run is slow but not wrong.
#[cfg(unix)]
pub fn restart_without() {
    use std::env;
    use std::os::unix::process::CommandExt;

    let is_on = |name| env::var_os(name).is_some_and(|value| value != "0");
    if !is_on("RUST_BACKTRACE") || env::var_os("RUST_LIB_BACKTRACE").is_some() {
        return;
    }
    let (Ok(program), mut arguments) = (env::current_exe(), env::args_os()) else { return };
    let mut command = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // Comes back only where it failed.
    let _ = command.args(arguments).env("RUST_LIB_BACKTRACE", "0").exec();
}

/// Nothing can take the place of a running process here.
#[cfg(not(unix))]
pub fn restart_without() {}
