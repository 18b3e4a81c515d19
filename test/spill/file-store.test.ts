import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { defineTool, ToolExecutor } from '../../packages/aof-runtime/src/index.ts'
import { FileStore } from '../../packages/aof-runtime/src/spill/file-store.ts'
import { dataOf, failureOf } from '../core/harness.ts'

const stores: FileStore[] = []
const directories: string[] = []

function store(directory?: string): FileStore {
  const made = new FileStore(directory === undefined ? {} : { directory })
  stores.push(made)
  return made
}

async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'aof-test-'))
  directories.push(directory)
  return directory
}

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

afterEach(async () => {
  await Promise.all(stores.splice(0).map((made) => made.close()))
  await Promise.all(directories.splice(0).map((directory) => rm(directory, { recursive: true, force: true })))
})

describe('the directory of a file store', () => {
  test.each(['process.exit(3)', "throw new Error('a fault')", ''])(
    'a directory of the store is removed when the process ends: %j',
    (end) => {
      const source = JSON.stringify(new URL('../../packages/aof-runtime/src/spill/file-store.ts', import.meta.url).href)
      const program = `
      const { FileStore } = await import(${source})
      const { path } = await new FileStore({}).write('a.txt', ['x'], 10)
      process.stdout.write(path)
      ${end}`
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
      expect(stdout).toMatch(/a\.txt$/)
      expect(existsSync(dirname(stdout))).toBe(false)
    },
  )

  test('I17: the store stops listening for the exit of the process once all stores are closed', async () => {
    const before = process.listenerCount('exit')
    const both = [new FileStore({}), new FileStore({})]
    await Promise.all(both.map((each) => each.write('a.txt', ['x'], 10)))
    expect(process.listenerCount('exit')).toBe(before + 1)
    await Promise.all(both.map((each) => each.close()))
    expect(process.listenerCount('exit')).toBe(before)
  })

  test('a file of the store can be removed alone', async () => {
    const made = store()
    const [one, other] = await Promise.all(['a.txt', 'b.txt'].map((name) => made.write(name, ['x'], 10)))
    if (one === undefined || other === undefined) throw new Error('both are written')
    await made.remove(one)
    expect([existsSync(one.path), existsSync(other.path)]).toEqual([false, true])
  })
})

describe('a file store', () => {
  test('the store keeps text and bytes unchanged, readable by their owner alone', async () => {
    const made = store()
    const text = await made.write('a.json', ['["ä', '"]'], 100)
    const bytes = await made.write('b.bin', [Uint8Array.of(0, 255, 7)], 100)
    const blob = await made.write('c.txt', new Blob(['hello ', 'there']), 100)
    expect([text.bytes, bytes.bytes, blob.bytes]).toEqual([6, 3, 11])
    expect(await readFile(text.path, 'utf8')).toBe('["ä"]')
    expect([...(await readFile(bytes.path))]).toEqual([0, 255, 7])
    expect(await readFile(blob.path, 'utf8')).toBe('hello there')
    expect([await modeOf(text.path), await modeOf(dirname(text.path))]).toEqual(['600', '700'])
  })

  test('equal names get different files, and no name leads out of the directory', async () => {
    const made = store()
    const [first, second, out] = await Promise.all(
      ['x.json', 'x.json', '../../../x.json'].map((name) => made.write(name, ['1'], 10)),
    )
    expect(first?.path).not.toBe(second?.path)
    expect(dirname(out?.path ?? '')).toBe(dirname(first?.path ?? ''))
  })

  test('a file that is too large, or breaks off, is not kept', async () => {
    const directory = await scratch()
    const made = store(directory)
    await expect(made.write('a.txt', ['12345', '67890'], 9)).rejects.toThrow('it is larger than 9 bytes')
    const broken = (function* () {
      yield 'a'
      throw new Error('broke off')
    })()
    await expect(made.write('a.txt', broken, 9)).rejects.toThrow('broke off')
    expect(await readdir(directory)).toEqual([])
  })

  test('the store reports why it cannot write', async () => {
    const directory = await scratch()
    await writeFile(join(directory, 'file'), '')
    await expect(store(join(directory, 'file')).write('a.txt', ['1'], 9)).rejects.toThrow(/EEXIST|ENOTDIR/)
  })

  test('closing the store removes the directory that it created, and ends all writing', async () => {
    const made = store()
    const { path } = await made.write('a.txt', ['1'], 9)
    await made.close()
    await expect(stat(dirname(path))).rejects.toThrow('ENOENT')
    await expect(made.write('a.txt', ['1'], 9)).rejects.toThrow('the executor has been closed')
    await made.close()
  })

  test('closing the store waits for a write under way before it removes the directory', async () => {
    const made = store()
    const writing = made.write('a.txt', ['x'.repeat(1_000_000)], 1e7)
    await made.close()
    await expect(stat(dirname((await writing).path))).rejects.toThrow('ENOENT')
  })

  test('a directory that was given to the store stays, with its files', async () => {
    const directory = join(await scratch(), 'deep', 'er')
    const made = store(directory)
    const { path } = await made.write('a.txt', ['1'], 9)
    const other = await store(directory).write('a.txt', ['2'], 9)
    await made.close()
    expect(dirname(path)).toBe(directory)
    expect([await readFile(path, 'utf8'), await readFile(other.path, 'utf8')]).toEqual(['1', '2'])
    expect(await modeOf(directory)).toBe('700')
  })

  test('the store touches nothing before the first write', async () => {
    const directory = join(await scratch(), 'unused')
    await store(directory).close()
    await expect(stat(directory)).rejects.toThrow('ENOENT')
  })
})

describe('an executor with a file store', () => {
  const big = defineTool({
    name: 'big/../er',
    execute: () => ({ rows: Array.from({ length: 300 }, (_, id) => ({ id })) }),
  })

  test('I30: a large result is a preview, with the whole data in a file until the executor is closed', async () => {
    const executor = new ToolExecutor({ tools: [big], maxResultBytes: 1_000 })
    const result = await executor.call(big, {})
    const rows = Array.from({ length: 300 }, (_, id) => ({ id }))
    const { spilled } = result as { spilled?: { path: string; bytes: number } }
    const path = spilled?.path ?? ''
    const text = await readFile(path, 'utf8')
    expect(text).toBe(JSON.stringify({ rows }))
    expect(spilled?.bytes).toBe(text.length)
    expect(path.endsWith('-big____er.json')).toBe(true)
    expect(dataOf(result)).toEqual({ rows: rows.slice(0, 100) })
    await executor.close()
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  test('a call whose large result cannot be written fails, with the reason', async () => {
    const directory = await scratch()
    await mkdir(join(directory, 'taken'))
    await writeFile(join(directory, 'taken', 'file'), '')
    const executor = new ToolExecutor({
      tools: [big],
      maxResultBytes: 1_000,
      spill: { directory: join(directory, 'taken', 'file') },
    })
    const { error, execution } = failureOf(await executor.call(big, {}))
    expect(error.code).toBe('result_too_large')
    expect(error.message).toMatch(
      /^The tool 'big\/\.\.\/er' returned more than a result can hold, and it could not be written to a file: (EEXIST|ENOTDIR).+ Ask for less/,
    )
    expect(execution).toBe('ended')
    await executor.close()
  })
})

test.skipIf(process.getuid?.() === 0)(
  'an executor without the right to write into the directory fails the call',
  async () => {
    const directory = await scratch()
    await chmod(directory, 0o500)
    await expect(store(directory).write('a.txt', ['1'], 9)).rejects.toThrow('EACCES')
  },
)
