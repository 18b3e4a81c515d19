import { code, command, dashed, file, type ProgramRule, script, words, type Wrapper } from './program-rule.ts'

const GO: ProgramRule = { code: '-exec -toolexec -vettool' }
const EXEC_IN: ProgramRule = { subcommands: { exec: { operands: dashed(1) }, shell: { operands: command(1) } } }
const RUN_AFTER_DASHES: ProgramRule = { subcommands: { run: { operands: dashed(0) } } }
const LOCKS: ProgramRule = { subcommands: { exec: { operands: code(0) }, lock: { operands: command(1) } } }

const REDIS: Record<string, ProgramRule> = Object.fromEntries(
  ['eval', 'eval_ro', 'script', 'function', 'module', 'config', 'debug']
    .flatMap((name) => [name, name.toUpperCase()])
    .map((name) => [name, { operands: code(0) }]),
)

/** Programs that run another program, with the number of operands before it. */
export const LESS_USUAL_WRAPPERS: readonly Wrapper[] = [
  ['pkexec', '--user'],
  ['sshpass', '-p -f -d -P'],
  ['cgexec', '-g'],
  ['gosu su-exec setuidgid envdir mosh', '', 1],
  ['tini dumb-init rlwrap daemonize cross-env dotenv wsl ifne', ''],
  ['dtach', '-A -c -n -e -r', 1],
]

/** Less usual programs that take programs. */
export const LESS_USUAL_PROGRAMS: readonly (readonly [names: string, rule: ProgramRule])[] = [
  // languages
  ['coffee babel-node swift kotlin ocaml raku racket', { code: '-e --eval -l', operands: file }],
  ['guile', { code: '-c -l -e', operands: file }],
  ['sbcl', { code: '--eval --load --script', operands: file }],
  ['clojure clj bb', { code: '-e --eval -m --main -M -X', operands: file }],
  ['iex', { code: '-e --eval -S -r', operands: file }],
  ['mix', { subcommands: { run: { code: '-e --eval -r --require', operands: file } } }],
  ['rails', { subcommands: { runner: { operands: code(0) } } }],
  ['crystal', { subcommands: { eval: { operands: code(0) }, run: { operands: file } } }],
  ['sage', { code: '-c', operands: file }],
  ['maxima', { code: '--batch-string -b --batch -r --run-string' }],
  ['wolframscript', { code: '-c -code -f -file -function', operands: file }],
  ['runghc mono wine dotnet-script', { operands: file }],
  ['emacsclient', { code: '-e --eval' }],
  ['gs ghostscript', { code: '-c', operands: file }],
  // compilers and builders
  ['gcc g++ cc c++', { code: '-wrapper -B -fplugin -specs' }],
  ['clang clang++', { code: '-fplugin -load -B' }],
  ['rustc', { code: '-C --codegen' }],
  ['cargo', { code: '--config' }],
  ['go', { subcommands: { run: { ...GO, operands: file }, test: GO, build: GO, vet: GO, install: GO } }],
  ['cmake', { code: '-P -C' }],
  ['gradle gradlew', { code: '-I --init-script -b --build-file' }],
  ['bazel', { code: '--run_under --bazelrc' }],
  ['pytest', { code: '-p -c' }],
  ['mocha', { code: '-r --require --config --reporter' }],
  ['latexmk', { code: '-e -r -pdflatex -latex' }],
  ['pandoc', { code: '-F --filter -L --lua-filter --pdf-engine' }],
  // version control and files
  ['svn', { code: '--editor-cmd --diff-cmd --diff3-cmd --config-option' }],
  ['rg', { code: '--pre --hostname-bin', values: '-e -f -g -t -T' }],
  ['ag ack bat delta', { code: '--pager' }],
  ['fzf sk', { code: '--preview --bind --execute' }],
  ['install', { code: '--strip-program' }],
  ['rclone restic', { code: '--password-command' }],
  ['borg', { code: '--rsh' }],
  ['yt-dlp youtube-dl', { code: '--exec --downloader --external-downloader --config-locations' }],
  [
    'aria2c',
    { code: '--on-download-start --on-download-pause --on-download-stop --on-download-complete --on-download-error' },
  ],
  // the system
  ['tcpdump', { code: '-z', values: '-i -r -w -c -s' }],
  ['tshark', { code: '-X' }],
  ['openssl', { code: '-engine -provider -provider-path' }],
  ['ssh-keygen ssh-add', { code: '-D -s -e -S -w', values: '-f -t -b -C -N -P' }],
  ['rpm', { code: '-E --eval --pipe --load --macros' }],
  ['dpkg', { code: '--pre-invoke --post-invoke --status-logger --debug-command' }],
  ['apt apt-get', { settings: '-o --option', runs: /invoke|^dpkg::|solver|methods|bin::/i, code: '-c' }],
  ['ip', { subcommands: { netns: { subcommands: { exec: { operands: command(1) } } } } }],
  ['start-stop-daemon', { code: '-x --exec -a --startas' }],
  ['snap flatpak', { subcommands: { run: { code: '--command', operands: command() } } }],
  ['nodemon', { code: '-x --exec -r', operands: file }],
  ['watchexec concurrently npm-run-all', { values: '-w -e -i', operands: code(0) }],
  ['asciinema', { subcommands: { rec: { code: '-c --command' } } }],
  ['xterm rxvt urxvt konsole alacritty', { programs: '-e' }],
  ['gnome-terminal', { code: '-e --command', operands: dashed(Infinity) }],
  ['screen', { rest: '-X', values: '-S -c -e -h -t -T', operands: command() }],
  ['op doppler dotenvx infisical', RUN_AFTER_DASHES],
  ['aws-vault chamber', EXEC_IN],
  // other machines
  ['multipass lxc incus machinectl', EXEC_IN],
  ['vagrant', { subcommands: { ssh: { code: '-c --command' } } }],
  ['adb', { values: '-s', subcommands: { shell: { operands: code(0) }, 'exec-out': { operands: code(0) } } }],
  ['rsh', { operands: code(1) }],
  ['pssh parallel-ssh', { values: '-H -h -l -p -t -o -e', code: '-O -x', operands: code(0) }],
  ['heroku', { subcommands: { run: { operands: code(0) } } }],
  ['salt', { operands: code(1) }],
  ['consul etcdctl', LOCKS],
  // databases
  ['redis-cli', { values: '-h -p -a -n -u', code: '--eval', subcommands: REDIS }],
  ['impala-shell beeline hive spark-sql usql', { code: '-q -e -f -c --query --execute -i' }],
  ['cypher-shell', { code: '-f --file', values: '-a -u -p -d', operands: words(0) }],
  ['xsltproc', { operands: script }],
]
