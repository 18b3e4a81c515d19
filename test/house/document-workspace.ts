import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../scripts/manifest.ts'
import type { CodeBlock } from './code-blocks.ts'

/** How a command ended. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that has not ended by then hangs. */
const PATIENCE_MS = 60_000

const hook = pathToFileURL(join(import.meta.dirname, 'use-source.ts')).href

/**
 * A folder in which the code blocks of documents can be checked and run: each block a file, the blocks of one document
 * beside each other, among links to what the project's root holds.
 */
export class DocumentWorkspace {
  readonly #folder: string
  readonly #files = new Map<CodeBlock, string>()
  readonly #typeErrors = new Map<string, string[]>()

  /** @param name of the folder, under `.cache`; one per process, so that two runs do not meet */
  constructor(name: string, blocks: readonly CodeBlock[]) {
    this.#folder = join(root, '.cache', `${name}-${process.pid}`)
    for (const block of blocks) this.#files.set(block, this.#place(block))
    this.close()
    mkdirSync(join(this.#folder, 'bin'), { recursive: true })
    // Stands for `npx aof` of an installed package.
    const command = `exec node --import '${hook}' '${join(root, 'packages/aof-cli/src/main.ts')}' "$@"`
    writeFileSync(join(this.#folder, 'bin/aof'), `#!/bin/sh\n${command}\n`, { mode: 0o755 })
    writeFileSync(join(this.#folder, 'bin/npx'), `#!/bin/sh\nshift\n${command}\n`, { mode: 0o755 })
    for (const [block, file] of this.#files) this.#write(block, file)
  }

  /** Type-checks every TypeScript block. */
  typeCheck(): void {
    const files = [...this.#files.values()].filter((file) => file.endsWith('.ts'))
    if (files.length === 0) return
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, rewriteRelativeImportExtensions: false }
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }
    writeFileSync(join(this.#folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', this.#folder, '--pretty', 'false'], {
      cwd: root,
      encoding: 'utf8',
    })
    for (const [, file = '', line = '', message = ''] of stdout.matchAll(/^(.+?)\((\d+),\d+\): error (.*)$/gm)) {
      const path = resolve(root, file)
      this.#typeErrors.set(path, [...(this.#typeErrors.get(path) ?? []), `${line}: ${message}`])
    }
  }

  /** The type errors in a block, each with its line of the document. */
  typeErrors(block: CodeBlock): string[] {
    return (this.#typeErrors.get(this.fileOf(block)) ?? []).map((error) =>
      error.replace(/^\d+/, (line) => `${block.document}:${Number(line) + block.line}`),
    )
  }

  /** The file that holds a block. */
  fileOf(block: CodeBlock): string {
    const file = this.#files.get(block)
    if (file === undefined) throw new Error(`${block.document}:${block.line} is not in this folder.`)
    return file
  }

  /** Runs a line of shell beside the blocks of a document: without keys, input or terminal. */
  run(document: string, line: string): Promise<Ended> {
    const keyless = Object.entries(process.env).filter(
      ([name]) => !/_(KEY|TOKEN|SECRET)$|^VITEST|^NODE_ENV$/.test(name),
    )
    const child = spawn(line, {
      cwd: this.#folderOf(document),
      shell: '/bin/sh',
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...Object.fromEntries(keyless),
        NO_COLOR: '1',
        PATH: [join(this.#folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(':'),
      },
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    // The whole group, since the shell's children hold the pipes.
    const hangs = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), PATIENCE_MS)
    return new Promise((settle, reject) => {
      child.on('error', reject)
      child.on('close', (status) => {
        clearTimeout(hangs)
        settle({ status, stdout, stderr })
      })
    })
  }

  /** Runs a TypeScript or JavaScript block. */
  runFile(block: CodeBlock): Promise<Ended> {
    return this.run(block.document, `node --import '${hook}' '${this.fileOf(block)}'`)
  }

  /** Removes the folder. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #folderOf(document: string): string {
    return join(this.#folder, document.replace(/[^\w]+/g, '-'))
  }

  #place({ document, line, language, file }: CodeBlock): string {
    const folder = this.#folderOf(document)
    const extension = { typescript: 'ts', javascript: 'js' }[language] ?? language
    const place = resolve(folder, file ?? `line-${line}.${extension}`)
    if (relative(folder, place).startsWith('..')) throw new Error(`${place} is outside of its document's folder.`)
    return place
  }

  #write({ document, code }: CodeBlock, file: string): void {
    const folder = this.#folderOf(document)
    if (!existsSync(folder)) this.#linkPackage(document, folder)
    mkdirSync(dirname(file), { recursive: true })
    rmSync(file, { force: true })
    writeFileSync(file, `${code}\n`)
  }

  /** Links what lies beside the document's package: its commands are run at the package's root. */
  #linkPackage(document: string, folder: string): void {
    mkdirSync(folder, { recursive: true })
    const from = join(root, /^packages\/[^/]+/.exec(document)?.[0] ?? '')
    const shown = readdirSync(from).filter((name) => !name.startsWith('.') && name !== 'node_modules')
    for (const name of shown) symlinkSync(join(from, name), join(folder, name))
  }
}
