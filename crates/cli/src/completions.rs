//! `cargo xtask completions`: what a shell needs to complete `cargo xtask …`.

use clap::{Command, ValueEnum};
use clap_complete::Shell as Generator;

use crate::output;

/// For which shell.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The shell
    shell: Shell,
}

/// A shell whose completion of `cargo` can be extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    Bash,
    Fish,
    Zsh,
}

/// What the command's help says after its options.
pub(crate) const HELP: &str = "\
bash: put `source <(cargo xtask completions bash)` into ~/.bashrc, in a folder of the workspace
zsh:  put `source <(cargo xtask completions zsh)` into ~/.zshrc, after compinit
fish: cargo xtask completions fish > ~/.config/fish/conf.d/cargo-xtask.fish

Example: cargo xtask completions bash > ~/.cargo-xtask.bash";

pub(crate) fn run(options: &Options, all: &Command) {
    output::line(script(options.shell, all).trim_end());
}

/// Completion of the program by itself, and what hands `cargo xtask …` over to it. Everything else
/// about `cargo` stays with who completed it before.
fn script(shell: Shell, all: &Command) -> String {
    let generator = match shell {
        Shell::Bash => Generator::Bash,
        Shell::Fish => Generator::Fish,
        Shell::Zsh => Generator::Zsh,
    };
    let mut command = all.clone().name("xtask").bin_name("xtask");
    let mut text = Vec::new();
    clap_complete::generate(generator, &mut command, "xtask", &mut text);
    let own = String::from_utf8_lossy(&text);
    let handover = match shell {
        Shell::Bash => BASH,
        Shell::Fish => FISH,
        Shell::Zsh => ZSH,
    };
    format!("{own}\n{handover}")
}

const BASH: &str = r#"
_cargo_with_xtask() {
    if [[ ${COMP_WORDS[1]-} == xtask && $COMP_CWORD -ge 2 ]]; then
        COMP_WORDS=("${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _xtask xtask "$2" "$3"
    elif declare -F _cargo >/dev/null; then
        _cargo "$@"
    fi
}
complete -F _cargo_with_xtask -o bashdefault -o default cargo
"#;

const FISH: &str = r#"
complete -c cargo -n '__fish_seen_subcommand_from xtask' -f -a '(complete -C (string replace -r "^\S+ +" "" -- (commandline -cp)))'
"#;

const ZSH: &str = r"
_cargo_with_xtask() {
    if [[ $words[2] == xtask && $CURRENT -gt 2 ]]; then
        shift words
        (( CURRENT-- ))
        _xtask
    elif (( $+functions[_cargo] )); then
        _cargo
    fi
}
compdef _cargo_with_xtask cargo
";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::{Cli, Command as Commands, child};

    /// What bash offers for a line.
    fn offered(words: &[&str]) -> Vec<String> {
        let line: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
        let last = words.last().unwrap();
        let asks = format!(
            "{}\nCOMP_WORDS=({})\nCOMP_CWORD={}\nCOMPREPLY=()\n\
             _cargo_with_xtask cargo '{last}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
            script(Shell::Bash, &Cli::<Commands>::command()),
            line.join(" "),
            words.len() - 1,
            words[words.len() - 2],
        );
        let output = child::command("bash").args(["-c", &asks]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .map(str::to_owned)
            .filter(|line| !line.is_empty())
            .collect()
    }

    #[test]
    fn bash_completes_commands_and_options() {
        assert_eq!(offered(&["cargo", "xtask", "dep"]), ["deploy"]);
        let options = offered(&["cargo", "xtask", "plan", "--mark"]);
        assert_eq!(options, ["--markdown"]);
        assert!(offered(&["cargo", "bui"]).is_empty());
    }

    #[test]
    fn every_shell_knows_every_command() {
        for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
            let script = script(shell, &Cli::<Commands>::command());
            for command in Cli::<Commands>::command().get_subcommands() {
                assert!(
                    script.contains(command.get_name()),
                    "{shell:?}: {}",
                    command.get_name()
                );
            }
        }
    }
}
