import { mkdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { VirtualClock } from 'aof-runtime/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CliError } from '../../../packages/aof-cli/src/errors.ts'
import { EXIT } from '../../../packages/aof-cli/src/exit-codes.ts'
import { decodeJson, encodeJson } from '../../../packages/aof-cli/src/run-recording/json-codec.ts'
import { parseRecording, readRecording } from '../../../packages/aof-cli/src/run-recording/read-recording.ts'
import { recordedTurnsModel } from '../../../packages/aof-cli/src/run-recording/recorded-turns.ts'
import { Recorder } from '../../../packages/aof-cli/src/run-recording/recorder.ts'
import { Redactor } from '../../../packages/aof-cli/src/run-recording/redact.ts'
import { RedactedParts } from '../../../packages/aof-cli/src/run-recording/redacted-parts.ts'
import { temporary } from '../temporary.ts'
import { changed, echo, linesOf, partsOf, record } from './runs.ts'

const scene = {
  tools: [echo],
  turns: [{ text: 'One.', calls: [{ name: 'echo', arguments: { text: 'a' } }] }, { text: 'Done.' }],
}

const header = { aof: '0', agent: 'a', model: { provider: 'p', id: 'm' }, settings: {}, tools: [] }

function recorder(file: string, env: Record<string, string> = {}): Recorder {
  return new Recorder({ file, clock: new VirtualClock(), redactor: new Redactor(env) }, header)
}

/** The error that `act` throws. */
async function cliError(act: () => unknown): Promise<CliError> {
  try {
    await act()
  } catch (error) {
    if (error instanceof CliError) return error
    throw error
  }
  throw new Error('Nothing was thrown.')
}

describe('a value that JSON cannot represent', () => {
  test('is restored unchanged', () => {
    const value = {
      bytes: new Uint8Array([0, 255]),
      at: new Date(0),
      url: new URL('https://a.example/b'),
      own: { $bytes: 'a key of its own', $literal: [{ $date: 1 }] },
    }
    expect(decodeJson(JSON.parse(encodeJson(value)))).toEqual(value)
  })

  test('keeps only the name and message of an error (I35)', () => {
    const error = Object.assign(new TypeError('No.'), { requestHeaders: { authorization: 'Bearer canary' } })
    const decoded = decodeJson(JSON.parse(encodeJson({ error })))
    expect(encodeJson({ error })).not.toContain('canary')
    expect(decoded).toEqual({ error: Object.assign(new Error('No.'), { name: 'TypeError' }) })
  })

  test('any JSON is restored unchanged (property)', () => {
    const keys = fc.oneof(fc.string(), fc.constantFrom('$bytes', '$date', '$url', '$error', '$literal', '__proto__'))
    const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, tie('leaf'), fc.array(tie('tree')), fc.dictionary(keys, tie('tree'))),
      leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        expect(JSON.stringify(decodeJson(JSON.parse(encodeJson(value))))).toBe(JSON.stringify(value))
      }),
    )
  })
})

describe('secrets of the environment (I35)', () => {
  const secret = 'sk-"canary"/ä+0123'
  const redactor = new Redactor({
    OPENAI_API_KEY: secret,
    GITHUB_TOKEN: 'short',
    PATH: '/usr/bin:/usr/local',
    KEYBOARD: 'querty-layout',
  })

  test('are removed in every form that they can have in a line', () => {
    for (const form of [
      secret,
      JSON.stringify(secret),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]) {
      expect(redactor.redact(`before ${form} after`)).toMatch(/^before "?\[redacted\]"? after$/)
    }
  })

  test('are the values of variables with certain names, if too long to be ordinary words', () => {
    expect(redactor.redact('short /usr/bin:/usr/local querty-layout')).toBe('short /usr/bin:/usr/local querty-layout')
  })

  test('are absent from a recording, wherever they came from', async () => {
    const file = join(await temporary({}), 'r.jsonl')
    const writing = recorder(file, { A_SECRET: secret })
    writing.beginRun(`Use ${secret}.`)
    const answer = writing.asked({ prompt: [], headers: { authorization: secret } })
    answer.part({ type: 'text-delta', id: '0', delta: secret })
    answer.part({ type: 'tool-call', toolCallId: '1', toolName: 'x', input: JSON.stringify({ secret }) })
    answer.ended({ cause: new Error(`Refused ${secret}`) })
    writing.arguments(0, 0, JSON.stringify({ secret }))
    writing.close()
    const text = await readFile(file, 'utf8')
    expect(text).toContain('[redacted]')
    expect(text).not.toContain('canary')
    parseRecording(text.replace('{"type":"end"}\n', ''), file)
  })

  test('are removed from deltas that contain them in pieces; all other text stays (property)', () => {
    const piece = fc.oneof(
      fc.constantFrom(...Array.from(secret)),
      fc.constantFrom(secret, secret.slice(0, 5), secret.slice(5), 'sk-', 'text '),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const parts = new RedactedParts(redactor)
        const recorded = pieces.flatMap((delta) => parts.take({ type: 'text-delta', id: '0', delta }))
        const text = [...recorded, ...parts.take({ type: 'text-end', id: '0' }), ...parts.end()]
          .map((part) => ('delta' in part ? part.delta : ''))
          .join('')
        expect(text).toBe(redactor.redact(pieces.join('')))
      }),
    )
  })
})

describe('a recording', () => {
  test('is a new file that only its owner can read', async () => {
    const file = join(await temporary({}), 'r.jsonl')
    recorder(file).close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const again = await cliError(() => recorder(file))
    expect([again.exitCode, again.message]).toEqual([
      EXIT.file,
      `${file} exists already, and a recording is never overwritten`,
    ])
  })

  test('that cannot be written is refused before anything runs', async () => {
    const directory = await temporary({})
    expect((await cliError(() => recorder(join(directory, 'none', 'r.jsonl')))).message).toContain(
      'there is no such file',
    )
  })

  test('has each line in the file as soon as it happens', async () => {
    const file = join(await temporary({}), 'r.jsonl')
    const writing = recorder(file)
    const types = async () => linesOf(await readFile(file, 'utf8')).map(({ type }) => type)
    expect(await types()).toEqual(['recording'])
    writing.beginRun('go')
    const answer = writing.asked({ prompt: [] })
    answer.part({ type: 'text-start', id: '0' })
    answer.part({ type: 'raw', rawValue: 'is left out' })
    expect(await types()).toEqual(['recording', 'run', 'asked', 'part'])
  })

  test('describes the model, the tools, and each call with its arguments', async () => {
    const { text } = await record(scene)
    const lines = linesOf(text)
    expect(lines.map(({ type }) => type).filter((type) => type !== 'part')).toEqual([
      'recording',
      'run',
      'asked',
      // It ran while the answer was still arriving.
      'result',
      'answered',
      'asked',
      'answered',
      'run_end',
      'end',
    ])
    expect(lines[0]).toMatchObject({
      version: 1,
      aof: '1.2.3',
      agent: 'scene',
      model: { provider: 'scripted', id: 'scripted' },
      tools: [
        {
          name: 'echo',
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
          definition: { description: 'Says it again.' },
        },
      ],
    })
    expect(lines.find(({ type }) => type === 'result')).toMatchObject({
      run: 0,
      turn: 0,
      arguments: '{"text":"a"}',
      result: { status: 'succeeded', data: { said: 'a' }, index: 0, id: 'call-0-0' },
    })
  })
})

describe('reading a recording', () => {
  test.each<[string, (text: string) => string, number, RegExp]>([
    ['a line that is no JSON', (text) => text.replace('{"type":"asked"', '{"type:"asked"'), 3, /^expected JSON$/],
    ['an empty line', (text) => text.replace('\n', '\n\n'), 2, /empty line/],
    ['a line of another kind', (text) => text.replace('"type":"asked"', '"type":"ask"'), 3, /type "ask"/],
    ['a missing line', (text) => text.split('\n').toSpliced(2, 1).join('\n'), 3, /"asked"/],
    [
      'a line of another turn',
      (text) => text.replace('"asked","run":0,"turn":0', '"asked","run":0,"turn":1'),
      3,
      /expected turn 0, found 1/,
    ],
    ['a line after the end', (text) => `${text}{"type":"run","run":1,"input":""}\n`, 0, /nothing after the line "end"/],
    ['half a line after the end', (text) => `${text}{"ty`, 0, /nothing after the line "end"/],
    [
      'another version',
      (text) => text.replace('"version":1', '"version":2'),
      1,
      /has version 2; this version of aof reads version 1/,
    ],
    ['something else', () => 'hello\n', 1, /^expected JSON$/],
    ['nothing', () => '', 1, /there is no line in it/],
    ['another file of lines', () => '{"type":"end"}\n', 1, /expected the first line of a recording/],
    [
      'a result without timing',
      (text) =>
        changed(text, (line) =>
          line['type'] === 'result' ? { ...line, result: { index: 0, id: '', name: '' } } : line,
        ),
      0,
      /timing/,
    ],
    [
      'a result without its data',
      (text) => text.replace('"data":{"said":"a"},', ''),
      0,
      /^expected result\.data to be the data of a result that succeeded, found nothing$/,
    ],
    [
      'a tool without a definition',
      (text) => text.replace('"definition":', '"defined":'),
      1,
      /^expected tools\.0\.definition to be an object, found nothing$/,
    ],
    ['a result that contradicts itself', (text) => text.replace('"success":true', '"success":false'), 0, /agree/],
    [
      'a status that there is not',
      (text) => text.replace('"status":"done"', '"status":"fine"'),
      0,
      /status to be one of done, .*, found "fine"/,
    ],
    [
      'a part that is none',
      (text) => changed(text, (line) => (line['type'] === 'part' ? { ...line, part: 1 } : line)),
      4,
      /part to be an object/,
    ],
    [
      'a negative time',
      (text) => changed(text, (line) => (line['type'] === 'part' ? { ...line, ms: -1 } : line)),
      4,
      /ms to be a number from 0/,
    ],
  ])('%s is an error with its line', async (_name, damage, line, message) => {
    const { text } = await record(scene)
    const error = await cliError(() => parseRecording(damage(text), 'r.jsonl'))
    expect(error).toMatchObject({ exitCode: EXIT.file, problems: [{ file: 'r.jsonl', code: 'syntax' }] })
    expect(error.problems[0]?.message).toMatch(message)
    if (line > 0) expect(error.problems[0]?.line).toBe(line)
    else expect(error.problems[0]?.line).toBeGreaterThan(3)
  })

  test('a missing file, or a directory, is an error', async () => {
    const directory = await temporary({})
    await mkdir(join(directory, 'd'))
    expect((await cliError(() => readRecording(join(directory, 'none')))).message).toContain('there is no such file')
    expect((await cliError(() => readRecording(join(directory, 'd')))).message).toContain('it is a directory')
  })

  test('every truncated recording is read as far as possible, and marked as torn (property, I23)', async () => {
    const { text } = await record(scene)
    const whole = parseRecording(text, 'r.jsonl')
    expect(whole.torn).toBeUndefined()
    const firstLine = text.indexOf('\n') + 1
    for (let length = firstLine; length < text.length; length++) {
      const { runs, torn } = parseRecording(text.slice(0, length), 'r.jsonl')
      const lines = text.slice(0, length).split('\n').length
      expect(torn?.line).toBe(lines)
      const turns = runs[0]?.turns ?? []
      expect(whole.runs[0]?.turns.slice(0, turns.length).map(({ digest }) => digest)).toEqual(
        turns.map(({ digest }) => digest),
      )
    }
  })
})

describe('the model of a recording', () => {
  test('plays the complete turns, whatever the requests, and then reports that there are no more', async () => {
    const { text } = await record(scene)
    const torn = text.slice(0, text.lastIndexOf('{"type":"answered"'))
    const model = recordedTurnsModel(parseRecording(torn, 'r.jsonl'))
    const { stream } = await model.doStream({ prompt: [] })
    const parts = await partsOf(stream)
    expect(parts.filter(({ type }) => type === 'tool-call')).toEqual([
      { type: 'tool-call', toolCallId: 'call-0-0', toolName: 'echo', input: '{"text":"a"}' },
    ])
    await expect(model.doStream({ prompt: [] })).rejects.toThrow(
      'r.jsonl has 1 turns, and the model was asked for turn 2',
    )
  })

  test('fails like the recorded model', async () => {
    const refused = await record({ tools: [], turns: [{ rejectWith: new RangeError('Too much.') }] })
    const model = recordedTurnsModel(parseRecording(refused.text, 'r.jsonl'))
    await expect(model.doStream({ prompt: [] })).rejects.toMatchObject({ name: 'RangeError', message: 'Too much.' })
    const broken = await record({ tools: [], turns: [{ text: 'Half', breakAfter: 4 }] })
    const { stream } = await recordedTurnsModel(parseRecording(broken.text, 'r.jsonl')).doStream({ prompt: [] })
    await expect(partsOf(stream)).rejects.toThrow('The stream broke')
  })
})
