export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/**
 * A script that makes a shell ask `PROGRAM __complete WORDS...` what the word under the cursor could become. The
 * answer is a candidate a line, with a tab and its description, and at the end `:0` where files would do as well.
 */
export function completionScript(shell: Shell, program: string): string {
  return scripts[shell](program, `__${program.replace(/\W/g, '_')}_complete`);
}

const scripts: Record<Shell, (program: string, name: string) => string> = {
  bash: (program, name) => `# bash completion for ${program}
# Bash splits words at "=" and ":"; what is typed is therefore read from the line itself.
${name}() {
  local line=\${COMP_LINE:0:COMP_POINT} answer directive last candidate
  local -a words lines
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  last=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  answer=$("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null) || return
  mapfile -t lines <<< "$answer"
  directive=\${lines[\${#lines[@]}-1]}
  unset "lines[\${#lines[@]}-1]"
  for candidate in "\${lines[@]}"; do
    candidate=\${candidate%%$'\\t'*}
    [[ $last == --*=* ]] && candidate=\${candidate#*=}
    COMPREPLY+=("$candidate")
  done
  if [[ $directive == ":0" && \${#COMPREPLY[@]} -eq 0 ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "\${last#--*=}")
    compopt -o filenames 2>/dev/null
  fi
}
complete -F ${name} ${program}
`,

  zsh: (program, name) => `#compdef ${program}
${name}() {
  local answer directive line value
  local -a lines candidates
  answer=$(\${(Q)words[1]} __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null) || return 1
  lines=("\${(@f)answer}")
  directive=$lines[-1]
  for line in "\${(@)lines[1,-2]}"; do
    value=\${line%%$'\\t'*}
    if [[ $line == *$'\\t'* ]]; then
      candidates+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      candidates+=("\${value//:/\\\\:}")
    fi
  done
  if (( \${#candidates} )); then
    _describe '${program}' candidates
  elif [[ $directive == ":0" ]]; then
    _files
  fi
}
if [[ $funcstack[1] == _${program} ]]; then
  ${name} "$@"
else
  compdef ${name} ${program}
fi
`,

  fish: (program, name) => `# fish completion for ${program}
function ${name}
  set -l words (commandline -opc)
  set -l last (commandline -ct)
  set -l lines ($words[1] __complete $words[2..-1] "$last" 2>/dev/null)
  or return
  if test (count $lines) -gt 1
    printf '%s\\n' $lines[1..-2]
  else if test "$lines[-1]" = ":0"
    __fish_complete_path $last
  end
end
complete -c ${program} -e
complete -c ${program} -f -a '(${name})'
`,

  powershell: program => `# PowerShell completion for ${program}
Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
  param($last, $ast, $position)
  $words = @($ast.CommandElements | Where-Object { $_.Extent.StartOffset -lt $position } | ForEach-Object { "$_" })
  $arguments = @($words | Select-Object -Skip 1)
  if ("$last" -eq '') { $arguments += '""' }
  $lines = @(& $words[0] __complete @arguments 2>$null)
  $lines | Select-Object -SkipLast 1 | ForEach-Object {
    $value, $description = $_ -split "\`t", 2
    if (-not $description) { $description = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
  }
}
`,
};
