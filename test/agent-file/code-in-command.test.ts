import { describe, expect, test } from 'vitest'
import { parseAgentFile } from '../../packages/aof-cli/src/agent-file/parse-agent.ts'
import { HEAD } from './helpers.ts'

/** The kinds of what is unsafe in a command of a tool, `code` or `program`, by message. */
function unsafeIn(command: readonly (string | string[])[], schema = ''): string[] {
  const text = `${HEAD}  model: openai:gpt-4o\n  tools:\n    - name: x\n      description: x\n      command: ${JSON.stringify(command)}\n${schema}`
  const { problems } = parseAgentFile(text, { file: 'agent.yaml' })
  expect(problems.filter(({ severity, code }) => severity === 'error' && code !== 'unsafe')).toEqual([])
  return problems.flatMap(({ code, message }) =>
    code !== 'unsafe' ? [] : [message.includes('run as code') ? 'code' : 'program'],
  )
}

/** Words of a command, a line each; words are divided by blanks, and `'…'` holds them together. */
function commands(lines: string): [string, string[]][] {
  return lines
    .trim()
    .split('\n')
    .map((line) => [
      line.trim(),
      Array.from(line.trim().matchAll(/'([^']*)'|(\S+)/g), ([, held, word]) => held ?? word ?? ''),
    ])
}

describe('a value that would become code is refused', () => {
  test.each(
    commands(`
      sh -c 'ls {v}'
      bash -lc {v}
      bash -euo pipefail -c {v}
      env python3 -c {v}
      env -S 'sh -c {v}'
      env '-Ssh -c {v}'
      env --split-string={v}
      env X=1 sh -c {v}
      nice -n 5 sh -c {v}
      timeout 5 sh -c {v}
      timeout -k 1 5 bash -c 'echo {v}'
      sudo -u www sh -c {v}
      sudo -- sh -c {v}
      nohup sh -c {v}
      strace -f sh -c {v}
      setsid -w sh -c {v}
      xargs -I % sh -c 'echo {v}'
      busybox sh -c {v}
      unknown-wrapper --fast sh -c {v}
      cmd /c {v}
      cmd /c dir {v}
      pwsh -Command {v}
      pwsh -NoProfile -Command 'Get-Item {v}'
      git -c {v} status
      git -c alias.x={v} x
      git -c core.sshCommand={v} fetch
      git -c core.pager={v} log
      git -c {v}=1 status
      git --exec-path={v} status
      git config {key} {value}
      git config alias.x {v}
      git config --global core.editor {v}
      git clone --upload-pack={v} origin
      git --upload-pack={v} clone origin
      git --receive-pack {v} push origin
      git clone origin --upload-pack={v}
      git clone -u {v} origin
      git clone -c {v} origin
      git fetch --upload-pack {v} origin
      git rebase -x {v} main
      git rebase --exec={v} main
      git grep -O{v} pattern
      git difftool --extcmd={v}
      git submodule foreach {v}
      git bisect run sh -c {v}
      git filter-branch --tree-filter {v} HEAD
      git send-email --smtp-server={v} x.patch
      git send-email --sendmail-cmd {v} x.patch
      git send-pack --receive-pack={v} origin
      git daemon --access-hook={v}
      git shell -c {v}
      git init --template={v}
      git instaweb --httpd={v}
      git filter-repo --blob-callback {v}
      git for-each-repo --config=maintenance.repo {v}
      git remote-ext {v}
      git remote update --upload-pack={v}
      git annex add sh -c {v}
      git fetch --upload-p={v} origin
      git rebase --exe {v} main
      tar -xf a.tar --use-comp={v}
      tar -xf a.tar --to-com {v}
      tar -xf a.tar --checkpoint=1 --checkpoint-act=exec={v}
      sed --expr={v} f.txt
      sort --compress={v} f.txt
      env --split={v}
      docker-machine ls bash -c {v}
      rg --pre {v} x
      rg --pre={v} x
      ack --pager={v} x
      fzf --preview {v}
      bat --pager {v} f
      pandoc --lua-filter={v} a.md
      pandoc -F {v} a.md
      go test -exec {v} ./...
      go build -toolexec={v}
      gcc -wrapper {v} a.c
      cargo --config {v} build
      cmake -P {v}
      gradle -I {v} build
      tcpdump -i eth0 -z {v}
      rpm --eval {v}
      apt-get -o APT::Update::Pre-Invoke::={v} update
      svn diff --diff-cmd {v}
      install --strip-program={v} a b
      yt-dlp --exec {v} url
      restic --password-command {v} snapshots
      rails runner {v}
      mix run -e {v}
      guile -c {v}
      swift -e {v}
      clojure -e {v}
      emacsclient --eval {v}
      gs -c {v}
      adb shell {v}
      vagrant ssh -c {v}
      heroku run {v}
      redis-cli eval {v} 0
      hive -e {v}
      concurrently {v}
      nodemon --exec {v}
      asciinema rec -c {v}
      tar -I{v} -xf a.tar
      tar -I {v} -xf a.tar
      tar -cI {v} -f a.tar b
      tar --use-compress-program={v} -xf a.tar
      tar --checkpoint-action=exec={v} -cf a.tar b
      tar --to-command={v} -xf a.tar
      tar -{v} a.tar
      ssh host {v}
      ssh host ls {v}
      ssh -p 22 host 'cd /srv && {v}'
      ssh -o {v} host
      ssh -o ProxyCommand={v} host
      ssh -oProxyCommand={v} host
      ssh -F {v} host
      scp -o ProxyCommand={v} a host:b
      rsync -e {v} a host:b
      rsync -avze {v} a host:b
      rsync --rsh={v} a host:b
      rsync --rsync-path={v} a host:b
      su -c {v}
      su - user -c {v}
      runuser -u nobody --command={v}
      npx -c {v}
      npx --call={v}
      npx -p {v} tool
      npm exec -c {v}
      python -c {v}
      python3.12 -Ic {v}
      python -m {v}
      perl -e {v}
      perl -ne {v} file
      perl -M{v} -e 1
      ruby -e {v}
      ruby -r{v} x.rb
      php -r {v}
      php -d {v} x.php
      lua5.4 -e {v}
      node -e {v}
      node --eval={v}
      node -pe {v}
      node --import {v} app.js
      node --import={v} app.js
      node -r {v} app.js
      node --require={v} app.js
      deno eval {v}
      bun -e {v}
      Rscript -e {v}
      osascript -e {v}
      java -cp {v} Main
      java -javaagent:x -jar {v}
      awk {v} file
      awk '{ print {v} }' file
      gawk -f {v} file
      sed {v} file
      sed -e s/a/{v}/ file
      sed --expression={v} file
      jq --arg a b {v} file
      find . -exec sh -c {v} ';'
      find . -name x -exec sh -c 'rm {v}' +
      fd -x sh -c {v}
      vim -c {v} file
      vim +{v} file
      nvim --cmd {v} file
      ex -s -c {v} file
      emacs --batch --eval {v}
      gdb -ex {v} app
      less +{v} file
      man -P {v} ls
      sqlite3 data.db {v}
      sqlite3 -json data.db 'select * from t where x = {v}'
      sqlite3 -cmd {v} data.db
      psql -c {v}
      psql -Atc {v} db
      psql '--command=select {v}'
      psql -f {v}
      mysql -Ne {v} db
      mysql --execute={v}
      mongosh --eval {v}
      duckdb data.db {v}
      clickhouse-client --query {v}
      docker exec box sh -c {v}
      docker exec -it -u root box bash -c 'ls {v}'
      docker run --rm -v .:/work alpine sh -c {v}
      docker run --entrypoint {v} alpine
      docker compose -f x.yml exec web sh -c {v}
      podman exec box python3 -c {v}
      kubectl exec -n prod pod -- sh -c {v}
      kubectl -n prod exec pod -c web -- bash -lc {v}
      make {target}
      make -j 4 X={v}
      make -f {v}
      make --eval={v}
      parallel {v} ::: a b
      watch -n 1 {v}
      watch ls {v}
      hyperfine 'sleep {v}'
      flock /tmp/lock -c {v}
      script -c {v} out
      tmux send-keys -t main {v} Enter
      socat - {v}
      nc -e {v} host 80
      wget -e {v} host
      zip -TT {v} a.zip b
      sort --compress-program={v} file
      nix-shell --run {v}
      helm install x ./chart --post-renderer {v}
      ansible all -m shell -a {v}
      poetry run python -c {v}
      uv run python -c {v}
      dc -e {v}
    `),
  )('%s', (_line, words) => {
    expect(unsafeIn(words)).toContain('code')
  })
})

describe('a value that would choose what runs is refused', () => {
  test.each(
    commands(`
      env {v}
      env X=1 {v}
      sudo {v}
      timeout 5 {v}
      nice {v} x
      xargs {v}
      find . -exec {v} ';'
      npx {v}
      npx -y {v} --help
      uvx {v}
      go run {v}
      sh {file}
      bash ./{file}
      python {file}
      node {file}
      perl {file}
      php {file}
      docker run {image}
      docker run --rm {image} ls
      docker run alpine {v}
      docker exec box {v}
      kubectl exec pod -- {v}
      kubectl exec pod {v}
      poetry run {v}
      git {subcommand} {argument}
      git merge-index {v} -a
      git hook run {v}
      pkexec {v}
      sshpass -p x {v}
      gosu www {v}
      tini -- {v}
      cross-env X=1 {v}
      lxc exec box -- {v}
      ip netns exec blue {v}
      op run -- {v}
      aws-vault exec dev -- {v}
      xterm -e {v}
      screen -dm {v}
      docker {subcommand} {argument}
    `),
  )('%s', (_line, words) => {
    expect(unsafeIn(words)).toEqual(['program'])
  })
})

describe('a value that is data is taken', () => {
  test.each(
    commands(`
      ls -la {dir}
      cat {file}
      cat -- {file}
      head -n {n} {file}
      head -n{n} {file}
      tail -n {n} -f {file}
      wc -l {file}
      du -sh {dir}
      stat {file}
      file {path}
      grep -rn {pattern} {dir}
      grep -e {pattern} -- {file}
      grep -rn node -e {pattern}
      rg --json {pattern} {dir}
      find {dir} -name {pattern}
      find {dir} -name {pattern} -exec grep -l {text} '{}' ';'
      find {dir} -type f -mtime {days}
      sort -t {separator} -k {column} {file}
      cut -d {delimiter} -f {field} {file}
      diff -u {a} {b}
      cp {a} {b}
      mv {a} {b}
      mkdir -p {dir}
      touch {file}
      tar -xzf {archive} -C {dir}
      tar -czf {archive} {files}
      zip -r {archive} {dir}
      unzip {archive} -d {dir}
      curl -sS {url}
      curl -sS -H 'Accept: {type}' {url}
      curl -X POST -d {body} {url}
      wget -q -O {file} {url}
      ping -c {n} {host}
      dig +short {name}
      nslookup {host}
      nc -zv {host} {port}
      ssh -p {port} {host} uptime
      ssh -o ConnectTimeout={seconds} {host} uptime
      scp {file} {host}:{path}
      rsync -av --delete {from} {to}
      git log --oneline -n {n}
      git stash push -m {message}
      git commit -c {ref}
      git worktree add {dir} {branch}
      git cherry-pick {ref}
      git tag -a {tag} -m {message}
      git rev-parse {ref}
      git log -- bash {path}
      git remote add {name} {url}
      git diff --exit-code {a} {b}
      tar -xf {file} --checkpoint={n}
      npm run test -- -t {name}
      docker logs --tail {n} node
      rg -e {pattern} {dir}
      rg -g {glob} {pattern}
      go test -run {name} ./...
      go vet {package}
      cargo test {name}
      gcc -o {out} {file}
      openssl x509 -in {file} -noout
      redis-cli -h {host} get {key}
      adb devices -l {x}
      pytest -k {name} {file}
      apt-cache show {name}
      apt show {name}
      dpkg -L {name}
      rpm -qi {name}
      pandoc {file} -o {out}
      svn log -r {revision} {path}
      ip addr show {device}
      ssh-keygen -lf {file}
      git log -n{n} -- {paths}
      git log --grep {pattern} --author={author}
      git show {ref}:{path}
      git diff {a}..{b} -- {path}
      git blame -L {range} {file}
      git checkout -b {branch}
      git commit -m {message}
      git -C {dir} status
      git -c user.name={name} commit -m x
      git -c color.ui=always log {ref}
      git config --get {key}
      git config user.name {name}
      git clone {url} {dir}
      git grep -n {pattern}
      git push origin {branch}
      git fetch origin {branch}
      git rebase {branch}
      gh issue view {number}
      gh pr list --search {query}
      kubectl get pods -n {namespace}
      kubectl get {kind} {name} -o json
      kubectl describe pod {pod} -n {namespace}
      kubectl logs {pod} -c {container} --tail {n}
      kubectl exec {pod} -n {namespace} -- ls {dir}
      kubectl exec {pod} -- cat {file}
      kubectl apply -f {file}
      kubectl rollout status deployment/{name}
      kubectl scale deployment {name} --replicas={n}
      helm list -n {namespace}
      helm install {name} {chart} --set image.tag={tag}
      docker ps --filter name={name}
      docker logs --tail {n} {container}
      docker inspect {container}
      docker exec {container} ls {dir}
      docker exec -u {user} {container} cat {file}
      docker run --rm -v {dir}:/work alpine ls {path}
      docker run --rm --entrypoint cat alpine {file}
      docker compose logs {service}
      docker build -t {tag} {dir}
      terraform plan -var {var}
      aws s3 ls s3://{bucket}/{prefix}
      aws ec2 describe-instances --region {region}
      gcloud compute instances list --project {project}
      az vm list -g {group}
      npm run {script}
      npm test -- {pattern}
      npm view {package} version
      npx -y prettier --check {file}
      npx eslint -c eslint.config.js {file}
      npm exec -- eslint {file}
      yarn workspace {name} test
      pnpm --filter {name} test
      go test {package}
      cargo test {name}
      pytest {file} -k {expression}
      python -m pytest {file}
      python -m json.tool {file}
      python manage.py {command}
      python script.py --input {file}
      python -m py_compile {file}
      node script.js {argument}
      node --check {file}
      node --test {file}
      node -e 'console.log(process.argv[1])' {value}
      bash -n {file}
      bash scripts/run.sh {argument}
      sh -c 'wc -l "$1"' sh {file}
      sh -c 'grep "$@"' sh -e {pattern}
      bash -euo pipefail -c 'wc -l "$1"' bash {file}
      php -l {file}
      php artisan {command}
      ruby -c {file}
      perl -ne 'print if /x/' {file}
      awk '{ print $1 }' {file}
      awk -F {separator} '{ print $1 }' {file}
      awk -v name={value} '$1 == name' {file}
      sed -n 1,5p {file}
      sed -i s/a/b/ {file}
      jq .name {file}
      jq -r --arg key {key} '.[$key]' {file}
      xargs grep {pattern}
      env LANG=C sort {file}
      env NAME={value} printenv NAME
      timeout {seconds} curl {url}
      timeout 5 git log -- {file}
      nice -n {n} tar -czf {archive} {dir}
      sudo -u {user} systemctl status {unit}
      systemctl status {unit}
      journalctl -u {unit} -n {n}
      ps -p {pid} -o {columns}
      kill {pid}
      vim --version {value}
      psql -h {host} -U {user} -c 'select 1'
      psql -v id={id} -f report.sql
      mysql -h {host} -u{user} -e 'show tables'
      sqlite3 {database} .tables
      redis-cli get {key}
      openssl x509 -in {file} -noout -text
      ffmpeg -i {in} {out}
      convert {in} -resize {size} {out}
      make -C {dir} test
      make -j {n} test
      echo {text}
      printf %s {text}
      which {program}
      man {page}
      ./scripts/deploy.sh {environment}
    `),
  )('%s', (_line, words) => {
    expect(unsafeIn(words)).toEqual([])
  })

  test('also in a script, if the schema lists it or it is a number', () => {
    const schema = (type: string): string =>
      `      input_schema: { type: object, properties: { v: ${type} }, required: [v] }\n`
    for (const type of ['{ enum: [a, b] }', '{ type: integer }', '{ type: [number, boolean] }', '{ const: x }'])
      expect(unsafeIn(['sh', '-c', 'sleep {v}'], schema(type))).toEqual([])
    expect(unsafeIn(['sed', '-n', '1,{v}p', 'file'], schema('{ type: integer }'))).toEqual([])
    expect(unsafeIn(['make', '{v}'], schema('{ enum: [build, test] }'))).toEqual([])
    for (const type of ['{ type: string }', '{ type: [string, integer] }', '{ type: string, pattern: "^a$" }'])
      expect(unsafeIn(['sh', '-c', 'sleep {v}'], schema(type))).toEqual(['code'])
  })

  test('whole lists, where only the words before them matter', () => {
    expect(
      unsafeIn(
        ['git', 'log', ['--', '{paths}']],
        '      input_schema: { type: object, properties: { paths: { type: array, items: { type: string } } } }\n',
      ),
    ).toEqual([])
    expect(
      unsafeIn(['sh', ['-c', '{v}']], '      input_schema: { type: object, properties: { v: { type: string } } }\n'),
    ).toEqual(['code'])
  })
})
