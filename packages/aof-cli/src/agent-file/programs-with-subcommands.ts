import { command, dashed, file, code, words, type ProgramRule } from './program-rule.ts'

const GIT_RUNS =
  /^(?:alias\.|pager\.|include|core\.(?:pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass|alternaterefscommand|worktree)|credential|diff\.|difftool\.|mergetool\.|merge\.|filter\.|gpg\.|man\.|browser\.|sequence\.editor|uploadpack\.|remote\.[^=]*\.(?:uploadpack|receivepack|vcs)|trailer\.|interactive\.difffilter|sendemail\.|instaweb\.|init\.templatedir|protocol\.|tar\.|guitool\.|blame\.|submodule\.)/i
const GIT_TRANSFER: ProgramRule = { code: '--upload-pack --receive-pack --exec' }
export const GIT: ProgramRule = {
  // Git accepts the options of a transfer anywhere, so a value before the subcommand counts as well.
  code: '--exec-path --config-env --upload-pack --receive-pack',
  anywhere: '--upload-pack --receive-pack --exec',
  settings: '-c',
  runs: GIT_RUNS,
  values: '-C --git-dir --work-tree --namespace',
  subcommands: {
    archive: GIT_TRANSFER,
    bisect: { subcommands: { run: { operands: command() } } },
    config: {
      runs: GIT_RUNS,
      values: '-f --file --blob --type --default',
      operands: { kind: 'setting' },
      subcommands: { get: {}, list: {}, unset: {}, set: { runs: GIT_RUNS, operands: { kind: 'setting' } } },
    },
    clone: {
      code: '--upload-pack -u --template',
      settings: '-c --config',
      runs: GIT_RUNS,
      values: '-b --branch -o --depth --reference',
    },
    daemon: { code: '--access-hook' },
    difftool: { code: '-x --extcmd -t --tool' },
    fetch: GIT_TRANSFER,
    'fetch-pack': GIT_TRANSFER,
    'filter-branch': {
      code: '--env-filter --tree-filter --index-filter --parent-filter --msg-filter --commit-filter --tag-name-filter',
    },
    'filter-repo': {
      code:
        '--filename-callback --message-callback --name-callback --email-callback --refname-callback ' +
        '--blob-callback --commit-callback --tag-callback --reset-callback --file-info-callback',
    },
    // Its argument is a subcommand of git, which runs in each repository.
    'for-each-repo': { values: '--config', operands: code(0) },
    grep: { code: '-O --open-files-in-pager' },
    hook: { subcommands: { run: { operands: file } } },
    init: { code: '--template' },
    instaweb: { code: '-d --httpd -b --browser -m --module-path', values: '-p --port' },
    'ls-remote': GIT_TRANSFER,
    'merge-index': { operands: file },
    mergetool: { code: '-t --tool' },
    pull: GIT_TRANSFER,
    push: GIT_TRANSFER,
    rebase: { code: '-x --exec' },
    'remote-ext': { operands: code(0) },
    'send-email': { code: '--smtp-server --sendmail-cmd --to-cmd --cc-cmd --header-cmd' },
    'send-pack': GIT_TRANSFER,
    shell: { code: '-c' },
    submodule: { subcommands: { foreach: { operands: code(0) } } },
    svn: { code: '--authors-prog --template' },
    'web--browse': { code: '-b --browser -t --tool -c --config' },
  },
}

const DOCKER_VALUES =
  '-a -c -e -h -l -m -p -u -v -w -f --env --env-file --file --user --workdir --volume --mount --name --network --net ' +
  '--publish --label --platform --hostname --memory --cpus --add-host --cap-add --cap-drop --device --dns --gpus --pull ' +
  '--restart --tmpfs --ulimit --detach-keys --profile --project-name --index --runtime --shm-size --pid --ipc'

const DOCKER_EXEC: ProgramRule = { values: DOCKER_VALUES, operands: command(1) }
const DOCKER_RUN: ProgramRule = { code: '--entrypoint', values: DOCKER_VALUES, operands: { kind: 'image' } }
export const DOCKER: ProgramRule = {
  values: '-H --host -c --context --config -l --log-level -f --file -p --project-name',
  subcommands: {
    compose: {
      values: '-f --file -p --project-name --profile --env-file',
      subcommands: { exec: DOCKER_EXEC, run: { ...DOCKER_EXEC, code: '--entrypoint' } },
    },
    container: { subcommands: { exec: DOCKER_EXEC, run: DOCKER_RUN, create: DOCKER_RUN } },
    create: DOCKER_RUN,
    exec: DOCKER_EXEC,
    run: DOCKER_RUN,
  },
}
const KUBE_VALUES = '-n --namespace -c --container -f --filename --context --cluster --kubeconfig'
export const KUBECTL: ProgramRule = {
  values: KUBE_VALUES,
  subcommands: {
    debug: { values: `${KUBE_VALUES} --image --target --profile`, operands: dashed(Infinity) },
    exec: { values: KUBE_VALUES, operands: dashed(1) },
    run: { values: `${KUBE_VALUES} --image --env --overrides`, operands: dashed(Infinity) },
  },
}
const TMUX_RUN: ProgramRule = { values: '-t -s -n -c -F -l -x -y', operands: words(0) }
export const TMUX: ProgramRule = {
  code: '-c -f',
  values: '-L -S',
  subcommands: Object.fromEntries(
    ['send-keys', 'send', 'new-session', 'new', 'new-window', 'neww', 'split-window', 'splitw', 'run-shell', 'run']
      .concat(['if-shell', 'pipe-pane', 'respawn-pane', 'respawn-window', 'display-popup', 'source-file', 'source'])
      .map((name) => [name, TMUX_RUN]),
  ),
}
/** Package runners: they download the program if it is missing. */
export const RUNNER: ProgramRule = {
  code: '-c --call --shell-mode -p --package --from --with',
  values: '--python -w --workspace',
  operands: command(),
}
export const NPM: ProgramRule = {
  code: '--script-shell --node-options',
  values: '--prefix -w --workspace -C --cwd --dir --filter -F',
  subcommands: {
    dlx: RUNNER,
    exec: { ...RUNNER, operands: dashed(0) },
    x: { ...RUNNER, operands: dashed(0) },
    node: { operands: file },
  },
}
