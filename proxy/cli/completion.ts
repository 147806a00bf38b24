import type { Command } from 'commander';
import { EXIT, type CommandResult } from './exit-codes';

export const SHELLS = ['bash', 'zsh'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * A script that completes commands, their options and, where a command takes one, route ids. Evaluate it in the shell's start file.
 *
 * @param takesRoute names of commands whose first argument is a route
 */
export function completionScript(shell: Shell, program: Command, takesRoute: readonly string[]): CommandResult {
  const text = shell === 'bash' ? bashScript(program, takesRoute) : zshScript(program, takesRoute);
  return { exitCode: EXIT.fine, text, json: { shell, script: text } };
}

function bashScript(program: Command, takesRoute: readonly string[]): string {
  return `# banyan completion bash: put  eval "$(banyan completion bash)"  into ~/.bashrc
_banyan() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then words="${names(program).join(' ')}"
  else
    case "$command" in
${casesOf(program)}
    esac
    case "$current" in -*) ;; *)
      case "$command" in ${takesRoute.join('|')})
        [ "$COMP_CWORD" -eq 2 ] && words="$(banyan route-ids 2>/dev/null)" ;;
      esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _banyan banyan
`;
}

function zshScript(program: Command, takesRoute: readonly string[]): string {
  return `#compdef banyan
# banyan completion zsh: put  eval "$(banyan completion zsh)"  into ~/.zshrc, after compinit
_banyan() {
  local command="\${words[2]}" choices=""
  if (( CURRENT == 2 )); then choices="${names(program).join(' ')}"
  else
    case "$command" in
${casesOf(program).replaceAll('words=', 'choices=')}
    esac
    if (( CURRENT == 3 )) && [[ "\${words[3]}" != -* ]]; then
      case "$command" in ${takesRoute.join('|')}) choices="$(banyan route-ids 2>/dev/null)" ;; esac
    fi
  fi
  compadd -- \${=choices}
}
compdef _banyan banyan
`;
}

function casesOf(program: Command): string {
  return visible(program)
    .map((command) => {
      const words = [
        ...visible(command).map((child) => child.name()),
        ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
        ...command.options.flatMap(({ long }) => long ?? []),
        ...visible(command).flatMap((child) => child.options.flatMap(({ long }) => long ?? [])),
        '--help',
      ];
      return `      ${command.name()}) words="${[...new Set(words)].join(' ')}" ;;`;
    })
    .join('\n');
}

function names(program: Command): readonly string[] {
  return [...visible(program).map((command) => command.name()), '--help'];
}

function visible(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== 'help');
}
