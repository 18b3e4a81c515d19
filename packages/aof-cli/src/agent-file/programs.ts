import { LESS_USUAL_PROGRAMS, LESS_USUAL_WRAPPERS } from './less-usual-programs.ts'
import { code, command, file, type ProgramRule, script, words, type Wrapper } from './program-rule.ts'
import { DOCKER, GIT, KUBECTL, NPM, RUNNER, TMUX } from './programs-with-subcommands.ts'

const SHELL: ProgramRule = { code: '-c --command --init-file --rcfile', values: '-o -O', plain: '-n', operands: file }
const POWERSHELL: ProgramRule = { rest: '-c -command -Command -EncodedCommand -ec -File -f -file', operands: code(0) }
const PERL: ProgramRule = { code: '-e -E -M -m -I -d', plain: '-c', operands: file }
const NODE_OPTIONS = '-r --require --import --loader --experimental-loader --env-file --run'
const SSH_RUNS =
  /^(?:proxycommand|localcommand|knownhostscommand|remotecommand|proxyusefdpass|include|match|pkcs11provider|securitykeyprovider|xauthlocation)$/i
const SSH: ProgramRule = {
  code: '-F -I -S',
  settings: '-o',
  runs: SSH_RUNS,
  values: '-B -b -c -D -E -e -i -J -L -l -m -p -Q -R -W -w -O',
}
const SED: ProgramRule = { code: '-e --expression -f --file', operands: script }
const EDITOR: ProgramRule = { code: '-c --cmd -S -u +' }

/** Programs that run another program, with the number of operands before it. */
const WRAPPERS: readonly Wrapper[] = [
  ['nice', '-n --adjustment'],
  ['ionice', '-c -n -p --class --classdata'],
  ['chrt', '-p', 1],
  ['taskset', '', 1],
  ['numactl', '-C -N -m --cpunodebind --membind'],
  ['nohup setsid chronic unbuffer dbus-run-session fakeroot caffeinate command exec time', '-o -f --output --format'],
  ['stdbuf', '-i -o -e --input --output --error'],
  ['timeout gtimeout', '-k -s --kill-after --signal', 1],
  ['sudo', '-C -D -g -h -p -R -r -T -t -U -u --user --group --host --prompt'],
  ['doas', '-C -u'],
  ['chroot', '', 1],
  ['unshare nsenter', '-t -S -G --target'],
  ['setpriv prlimit', '--reuid --regid --pid'],
  ['strace ltrace', '-e -o -p -s -u -E -P -a -S -O'],
  ['valgrind', ''],
  ['firejail bwrap proot', ''],
  ['xvfb-run', '-n -s -e -f -p -w'],
  ['systemd-run', '-p -u -E --unit --property --setenv --uid --gid --slice -M -H'],
  ['busybox toybox', ''],
]

const RULES: readonly (readonly [names: string, rule: ProgramRule])[] = [
  // shells
  ['sh bash dash ash zsh ksh mksh csh tcsh fish', SHELL],
  ['cmd', { rest: '/c /C /k /K' }],
  ['powershell pwsh', POWERSHELL],
  ['eval', { operands: code(0) }],
  // languages
  [
    'node nodejs',
    { code: `-e -pe --eval -p --print ${NODE_OPTIONS}`, values: '-C', plain: '-c --check --test', operands: file },
  ],
  ['tsx ts-node', { code: `-e --eval -p --print ${NODE_OPTIONS}`, operands: file }],
  [
    'deno',
    { subcommands: { eval: { operands: code(0) }, run: { operands: file }, repl: { code: '--eval --eval-file' } } },
  ],
  ['bun', { code: '-e --eval -p --print -r --preload', operands: file, subcommands: { x: RUNNER } }],
  ['python pypy', { code: '-c -m', values: '-W -X -Q', operands: file }],
  ['perl', PERL],
  ['ruby jruby', { code: '-e -r -I', plain: '-c', operands: file }],
  ['php', { code: '-r -B -R -E -F -f -d -z', plain: '-l', operands: file }],
  ['lua luajit', { code: '-e -l', operands: file }],
  ['julia', { code: '-e -E -L --eval --print --load', operands: file }],
  ['R Rscript', { code: '-e -f --file', operands: file }],
  ['osascript', { code: '-e -l', operands: file }],
  ['tclsh wish expect', { code: '-c -f', operands: file }],
  ['groovy scala elixir ghc', { code: '-e -r --eval', operands: file }],
  ['erl', { code: '-eval -run -s' }],
  ['octave gnuplot', { code: '-e --eval', operands: file }],
  ['java', { code: '-jar -cp -classpath --class-path -javaagent -agentpath -agentlib --module', operands: file }],
  ['dc', { code: '-e --expression -f --file' }],
  ['awk gawk nawk mawk', { code: '-f --file -e --source -i --include -l --load', values: '-F -v', operands: script }],
  ['sed gsed', SED],
  ['jq gojq', { code: '-f --from-file -L', pairs: '--arg --argjson --slurpfile --rawfile', operands: script }],
  // editors and debuggers
  ['vim vi nvim view ex gvim', EDITOR],
  ['emacs', { code: '--eval --execute -f --funcall -l --load --script -eval' }],
  ['less more', { code: '+ -k --lesskey-src --lesskey-file' }],
  ['man', { code: '-P --pager -H --html' }],
  ['gdb', { code: '-ex -iex -x -ix --eval-command --command', plain: '--args', operands: file }],
  ['lldb', { code: '-o -O -s -S', operands: file }],
  // version control, files and archives
  ['git', GIT],
  ['hg', { settings: '--config', runs: /^(?:alias|extensions|hooks|ui|pager|merge-tools|extdiff)/i }],
  [
    'tar gtar bsdtar',
    {
      code:
        '-I --use-compress-program --use-compress-prog --to-command --checkpoint-action -F --info-script ' +
        '--new-volume-script --rsh-command --rmt-command',
      values: '-f -C -b -g -T -X -K -N -V -H -L',
      whole: '--checkpoint',
    },
  ],
  ['zip', { code: '-TT --unzip-command' }],
  ['rsync', { code: '-e --rsh --rsync-path' }],
  ['scp sftp', { ...SSH, code: '-F -S -D -s' }],
  ['sort', { code: '--compress-program' }],
  ['split', { code: '--filter' }],
  ['wget', { code: '-e --execute --use-askpass' }],
  ['socat', { operands: code(0) }],
  ['nc ncat netcat', { code: '-e -c --exec --sh-exec --lua-exec', values: '-w -p -s -i -q' }],
  ['nmap', { code: '--script --datadir' }],
  // programs that run others
  ['env', { code: '-S --split-string', values: '-u -C --unset --chdir', operands: command() }],
  ['find', { programs: '-exec -execdir -ok -okdir' }],
  ['fd fdfind', { programs: '-x --exec -X --exec-batch', values: '-e -E -t -d' }],
  ['xargs gxargs', { values: '-I -n -P -d -L -s -a -E -J -R', operands: command() }],
  ['parallel', { code: '-S --sshlogin --tmux', operands: code(0) }],
  ['watch', { values: '-n --interval -q', operands: code(0) }],
  [
    'hyperfine',
    {
      values: '-w -r -m -M --warmup --runs',
      code: '-p -s -S -c --prepare --setup --shell --cleanup',
      operands: code(0),
    },
  ],
  ['entr', { operands: command() }],
  ['flock', { code: '-c --command', values: '-w -E --wait --timeout', operands: command(1) }],
  ['su runuser sg', { code: '-c --command --session-command -s --shell' }],
  ['script', { code: '-c --command' }],
  ['ssh', { ...SSH, operands: code(1) }],
  [
    'perf',
    { subcommands: { record: { operands: command() }, stat: { operands: command() }, trace: { operands: command() } } },
  ],
  ['nix-shell', { code: '--run --command -p -E --expr', operands: file }],
  ['docker podman nerdctl', DOCKER],
  ['docker-compose', DOCKER.subcommands?.['compose'] ?? {}],
  ['kubectl oc', KUBECTL],
  ['crictl', { subcommands: { exec: { operands: command(1) } } }],
  ['helm', { code: '--post-renderer' }],
  ['ansible', { code: '-a --args -m --module-name' }],
  ['tmux', TMUX],
  ['gcloud', { code: '--command' }],
  // package runners and builders
  ['npx bunx uvx', RUNNER],
  ['pipx', { subcommands: { run: RUNNER } }],
  ['npm pnpm yarn', NPM],
  ['uv poetry pipenv rye pdm hatch', { subcommands: { run: { ...RUNNER, code: '--with -m --module' } } }],
  ['conda mamba', { subcommands: { run: { values: '-n -p --name --prefix', operands: command() } } }],
  ['bundle rbenv pyenv mise asdf direnv', { subcommands: { exec: { operands: command() } } }],
  [
    'make gmake',
    { code: '-f --file --makefile -I --eval -E', values: '-C --directory -j -l -o -W', operands: words(0) },
  ],
  // databases
  ['psql', { code: '-c --command -f --file', values: '-d -h -p -U -F -v -P -o -L -R -T' }],
  ['mysql mariadb', { code: '-e --execute --init-command', values: '-u -h -P -p -D -S' }],
  ['clickhouse-client clickhouse', { code: '-q --query --queries-file' }],
  ['sqlcmd', { code: '-q -Q -i', values: '-S -U -P -d -o' }],
  ['cqlsh snowsql trino presto influx', { code: '-e -f --execute --file -execute --query' }],
  ['mongosh mongo', { code: '--eval -f --file', operands: words(1) }],
  ['sqlite duckdb', { code: '-cmd -init -c -s -f', values: '-separator -nullvalue -newline', operands: words(1) }],
  // programs whose arguments may contain program names as plain words
  ['grep egrep fgrep cat ls echo printf which whereis type brew ps pgrep pkill', {}],
]

const BY_NAME: ReadonlyMap<string, ProgramRule> = new Map([
  ...[...RULES, ...LESS_USUAL_PROGRAMS].flatMap(([names, rule]) =>
    names.split(' ').map((name) => [name, rule] as const),
  ),
  ...[...WRAPPERS, ...LESS_USUAL_WRAPPERS].flatMap(([names, values, after = 0]) =>
    names.split(' ').map((name) => [name, { values, operands: command(after) }] as const),
  ),
])

/** The rule for a program, by its name or path; versions (`python3.12`) and `.exe` are ignored. */
export function ruleOf(program: string): ProgramRule | undefined {
  const name = (program.split(/[/\\]/).at(-1) ?? program).replace(/\.exe$/i, '')
  return BY_NAME.get(name) ?? BY_NAME.get(name.replace(/[-.]?\d[\d.]*$/, '')) ?? BY_NAME.get(name.toLowerCase())
}
