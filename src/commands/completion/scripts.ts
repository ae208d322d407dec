export type Shell = 'bash' | 'zsh' | 'fish';

/**
 * Each script asks `meatymusic completion words -- <words so far> <word at the cursor>` for candidates, one a line. A
 * line `:files` means the names of files.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# meatymusic completion for bash
_meatymusic() {
  local word line
  local -a words candidates
  word="\${COMP_LINE:0:COMP_POINT}"
  word="\${word##*[[:space:]]}"
  read -ra words <<< "\${COMP_LINE:0:COMP_POINT}"
  words=("\${words[@]:1}")
  [[ -z "$word" ]] || unset 'words[-1]'
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ "$line" == ':files' ]]; then
      compopt -o default 2>/dev/null
    elif [[ "$line" == "$word"* ]]; then
      candidates+=("$line")
    fi
  done < <("\${COMP_WORDS[0]}" completion words -- "\${words[@]}" "$word" 2>/dev/null)
  # Readline completes what follows the last colon or equals sign only.
  local cut="\${word%"\${word##*[:=]}"}"
  for line in "\${candidates[@]}"; do
    COMPREPLY+=("\${line#"$cut"}")
  done
  [[ "\${#COMPREPLY[@]}" -eq 1 && "\${COMPREPLY[0]}" == *[/=] ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _meatymusic meatymusic
`,
  zsh: `#compdef meatymusic
# meatymusic completion for zsh
_meatymusic() {
  local line
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" completion words -- "\${(@)words[2,CURRENT-1]}" "\${words[CURRENT]}" 2>/dev/null)}")
  if (( \${candidates[(Ie):files]} )); then
    _files
    candidates=("\${(@)candidates:#:files}")
  fi
  candidates=("\${(@)candidates:#}")
  (( \${#candidates} )) && compadd -a candidates
}
compdef _meatymusic meatymusic
`,
  fish: `# meatymusic completion for fish
function __meatymusic_words
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l candidates ($program completion words -- $words (commandline -ct) 2>/dev/null)
    if contains -- :files $candidates
        __fish_complete_path (commandline -ct)
    end
    string match -v -- :files $candidates
end
complete -c meatymusic -f -a '(__meatymusic_words)'
`,
};
