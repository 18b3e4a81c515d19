import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EXIT } from '../../packages/aof-cli/src/exit-codes.ts'
import { Screen } from './live/screen.ts'
import { FILES, script } from './run-support.ts'
import { temporary } from './temporary.ts'
import { AOF_IN_SHELL } from './source-command.ts'

/** The one of util-linux gives a command a terminal of its own. */
const SCRIPT = { program: 'script' }
const hasTerminals =
  spawnSync(SCRIPT.program, ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true

/** `aof run agent.yaml …` on a terminal of 60 columns and 12 rows. */
async function onTerminal(args: string, files: Readonly<Record<string, string>> = {}) {
  const cwd = await temporary({ ...FILES, ...files })
  const command = `stty cols 60 rows 12; exec ${AOF_IN_SHELL} run agent.yaml ${args}`
  const child = spawn(SCRIPT.program, ['-qefc', command, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', NO_COLOR: undefined, FORCE_COLOR: undefined },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const screen = new Screen(60, 12)
  child.stdout.setEncoding('utf8').on('data', (text: string) => screen.write(text))
  return {
    screen,
    ended: once(child, 'close').then(([code]) => code as number | null),
    type: (text: string) => child.stdin.write(text),
    /** Resolves once this is to be seen. */
    shows: async (words: RegExp): Promise<void> => {
      while (!words.test(screen.text.join('\n'))) await once(child.stdout, 'data')
    },
    /** Resolves once the line is ended: its end may come later than its words. */
    endsLine: async (): Promise<void> => {
      while (screen.column !== 0) await once(child.stdout, 'data')
    },
  }
}

/** The visible rows, without durations. */
function seen({ text }: Screen): string[] {
  return text.map((line) => line.replaceAll(/ *\b\d+(?:\.\d)? m?s\b/g, ' # ms').replaceAll(/ · \d+\.\d×/g, ''))
}

const NOTES = [
  'note: the model is scripted: it plays the turns of',
  '      ./model.mjs; the tools are real',
  'note: for a real model set OPENAI_API_KEY, and give --model',
  '      openai:gpt-5.2 (or anthropic:…, google:…, ollama:…)',
  '',
]

describe.skipIf(!hasTerminals)('on a terminal (skipped without the command script of util-linux)', () => {
  test('the view disappears, and leaves the calls, the answer and a summary', async () => {
    const { screen, ended } = await onTerminal('-i it')
    expect(await ended).toBe(EXIT.ok)
    expect(seen(screen)).toEqual([
      ...NOTES,
      'I call both.',
      '  ✓ echo      a # ms',
      '  ✗ fail      It failed. (tools.mjs:9:102) # ms',
      '  2 calls in # ms · # ms of tool time · 1 failed',
      '',
      'The answer to it is a.',
      '',
      '2 turns · 2 calls in # ms · # ms of tool time',
      '1 failed · 30 tokens in, 10 out · # ms in all',
    ])
    expect(screen.cursorShown).toBe(true)
  })

  test('an answer cannot act on it (I46)', async () => {
    const { screen, ended } = await onTerminal('-i it --log-level silent', {
      'model.mjs': script([{ text: 'a\u001B[2J\u001B]0;title\u0007\u202Eb\r\nc' }]),
    })
    expect(await ended).toBe(EXIT.ok)
    expect(screen.text).toEqual(['a\uFFFD[2J\uFFFD]0;title\uFFFD\uFFFDb', 'c'])
  })

  test('a conversation keeps its history; Ctrl-C aborts the current run, Ctrl-D ends', async () => {
    const model = `export default ({ prompt }) => {
      const said = prompt.filter(({ role }) => role === 'user').map(({ content }) => content[0].text)
      return said.at(-1) === 'hang' ? { calls: [{ name: 'hang' }] } : { text: 'You said ' + said.join(', then ') + '.' }
    }`
    const { screen, ended, type, shows, endsLine } = await onTerminal('--log-level error', { 'model.mjs': model })
    // Each line only when it is asked for: what is typed ahead stands where the terminal echoes it.
    await shows(/tester>$/)
    type('one\n')
    await shows(/You said one\.\n\ntester>$/)
    type('hang\n')
    await shows(/HANGING$/)
    await endsLine()
    type('\u0003')
    await shows(/aof: aborted\n\ntester>$/)
    type('two\n')
    await shows(/then two\.\n\ntester>$/)
    type('\u0004')
    expect(await ended).toBe(EXIT.ok)
    expect(screen.text.slice(NOTES.length)).toEqual([
      'Ctrl-C aborts a run, Ctrl-D ends the conversation',
      'tester> one',
      'You said one.',
      '',
      'tester> hang',
      'HANGING',
      '^Caborting; once more ends at once',
      'aof: aborted',
      '',
      'tester> two',
      'You said one, then hang, then two.',
      '',
      'tester>',
    ])
  })

  test('lines typed ahead are answered one after the other', async () => {
    const model = `export default ({ prompt }) => ({ text: 'You said ' + prompt.at(-1).content[0].text + '.' })`
    const { ended, type, shows } = await onTerminal('--log-level silent', { 'model.mjs': model })
    await shows(/tester>$/)
    type('one\ntwo\nthr')
    await shows(/You said one\.\n\nYou said two\.\n\ntester> thr$/)
    type('ee\n')
    await shows(/You said three\.\n\ntester>$/)
    type('\u0003')
    expect(await ended).toBe(EXIT.interrupted)
  })
})
