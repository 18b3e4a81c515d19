import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_MESSAGE_LENGTH } from '../../packages/aof-runtime/src/core/values/failure.ts'
import { redactPatterns } from '../../packages/aof-runtime/src/core/values/secret-patterns.ts'
import { Secrets } from '../../packages/aof-runtime/src/core/values/secrets.ts'
import { type AnyTool, defineTool, ToolExecutor, ToolFailure } from '../../packages/aof-runtime/src/index.ts'
import { callOf, eventsOf, failureOf, setUp, type SetUpOptions } from './harness.ts'

const CANARY = 'c4n4ry/+ "s3cret"\\ä=='

async function messageOf(thrown: unknown, options: SetUpOptions = {}): Promise<string> {
  const tool = defineTool({ name: 't', execute: () => Promise.reject(thrown as Error) })
  return failureOf((await setUp([tool], options).run([callOf('t')]))[0]).error.message
}

describe('registered secrets (I35)', () => {
  const bytes = Buffer.from(CANARY)
  test.each([
    ['as they are', CANARY],
    ['in JSON', JSON.stringify({ CANARY })],
    ['in a URL', `https://a.b/?x=${encodeURIComponent(CANARY)}&y=1`],
    ['in a form', new URLSearchParams({ x: CANARY }).toString()],
    ['in a URL with small digits', encodeURIComponent(CANARY).toLowerCase().replace('c4n4ry', 'c4n4ry')],
    ['in base64', bytes.toString('base64')],
    ['in base64url', bytes.toString('base64url')],
    ['in base64 after one byte', Buffer.from(`x${CANARY}yy`).toString('base64')],
    ['in base64 after two bytes', Buffer.from(`ab${CANARY}c`).toString('base64url')],
    ['in base64 after a name', Buffer.from(`user:${CANARY}`).toString('base64')],
    ['in hexadecimal', bytes.toString('hex')],
    ['in large hexadecimal', bytes.toString('hex').toUpperCase()],
    ['several times', `${CANARY}${CANARY} and ${CANARY}`],
  ])('I35 registered secrets are removed %s', async (_how, text) => {
    const message = await messageOf(new Error(`it said ${text}!`), { secrets: [CANARY], redact: false })
    expect(message).toContain('[redacted]')
    for (const trace of ['c4n4ry', 's3cret', bytes.toString('base64').slice(4, 20), bytes.toString('hex').slice(0, 16)])
      expect(message.toLowerCase()).not.toContain(trace.toLowerCase())
  })

  test('I35 registered secrets are removed from every quote in an error, and stay in the event', async () => {
    const tool: AnyTool = {
      ...defineTool({ name: 't', execute: () => CANARY }),
      outputSchema: { const: 1, description: CANARY },
    }
    const thrown = new Error(`no ${CANARY}`)
    const failing = defineTool({ name: 'failing', execute: () => Promise.reject(thrown) })
    const { run, events, lines } = setUp([tool, failing], { secrets: [CANARY] })
    const results = await run([
      callOf('t'),
      callOf('failing'),
      callOf(CANARY),
      callOf('failing', `{"x":1} ${JSON.stringify(CANARY)}`),
    ])
    expect(results.every(({ success }) => !success)).toBe(true)
    expect(results.map((result) => failureOf(result).error.message).join()).not.toContain('c4n4ry')
    expect(eventsOf(events, 'settled').find(({ index }) => index === 1)?.thrown).toBe(thrown)
    expect(lines.filter((line) => line.includes('s3cret') && !line.includes('[2]'))).toEqual([])
  })

  test('I35 a secret of which a long message has only the beginning is removed, too', async () => {
    for (let cut = 1; cut < CANARY.length - 1; cut++) {
      const message = await messageOf(new Error('x'.repeat(MAX_MESSAGE_LENGTH - 1 - cut) + CANARY), {
        secrets: [CANARY],
        redact: false,
      })
      expect('[redacted]…').toContain(message.replace(/^x+/, '').replace('…', ''))
      expect(message.endsWith('…')).toBe(true)
      expect(message.length).toBeLessThanOrEqual(MAX_MESSAGE_LENGTH)
    }
  })

  test('I35 two secrets of which one contains the other are both removed', () => {
    expect(new Secrets(['abcd', 'abcdefgh']).redact('abcdefgh abcd')).toBe('[redacted] [redacted]')
  })
})

describe('text that looks like a credential (I36)', () => {
  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic [redacted]"}'],
    ["headers: { 'Authorization': 'token 1234abc' }", "headers: { 'Authorization': 'token [redacted]' }"],
    ['sent Bearer abcDEF123456 to it', 'sent Bearer [redacted] to it'],
    ['Cookie: a=1; session=xyz', 'Cookie: [redacted]'],
    ['Incorrect API key provided: sk-proj-abc123def456ghi789.', 'Incorrect API key provided: [redacted].'],
    ['key ghp_abcdefghijklmnopqrst0123456789abcdef!', 'key [redacted]!'],
    ['github_pat_11ABCDEFG0abcdefghijkl_mnop', '[redacted]'],
    ['id AKIAIOSFODNN7EXAMPLE not found', 'id [redacted] not found'],
    ['xoxb-123456789012-abcdefghij', '[redacted]'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl expired', 'jwt [redacted] expired'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest', '[redacted]\nrest'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEcut', '[redacted]'],
    ['connect postgres://app:p4ss@w@db:5432/x', 'connect postgres://[redacted]@db:5432/x'],
    ['clone https://tok3n@github.com/a/b', 'clone https://[redacted]@github.com/a/b'],
    ['login failed, password=hunter, user=bob', 'login failed, password=[redacted], user=bob'],
    ['DB_PASSWORD=correcthorse next', 'DB_PASSWORD=[redacted] next'],
    ['api_key: 12345 is wrong', 'api_key: [redacted] is wrong'],
    ['password: hunter', 'password: [redacted]'],
    ['{"client_secret":"horse battery"}', '{"client_secret":"[redacted]"}'],
    ['{"Client_Secret":"horse battery"}', '{"Client_Secret":"[redacted]"}'],
    ['PASSWORD=Hunter, API-KEY: 123, Token: abc', 'PASSWORD=[redacted], API-KEY: [redacted], Token: [redacted]'],
    ['{\\"password\\":\\"x y\\"}', '{\\"password\\":\\"[redacted]\\"}'],
    ['GET /x?access_token=abc&page=2 401', 'GET /x?access_token=[redacted]&page=2 401'],
    ['https://s3/x?X-Amz-Signature=0a1b&X=1', 'https://s3/x?X-Amz-Signature=[redacted]&X=1'],
  ])('%j', (text, expected) => {
    expect(redactPatterns(text)).toBe(expected)
    expect(redactPatterns(expected)).toBe(expected)
  })

  test.each([
    'password: must be at least 8 characters',
    'Unexpected token } in JSON at position 4',
    'The token is missing. Basic authentication is needed.',
    'Bearer authentication required',
    'task-abcdefghijklmnopqrstuvwxyz, sk-learn-and-some-more-words, risk-1234567890123456',
    'mail bob@example.com about https://example.com/a@b',
    'ENOENT: no such file or directory, open /tmp/secret/keys.txt',
    'at Object.<anonymous> (file:///a/b/token.ts:12:3)',
  ])('%j stays as it is', (text) => {
    expect(redactPatterns(text)).toBe(text)
  })

  test('I36 text that looks like a credential is removed from thrown and returned errors, unless redact is false', async () => {
    const thrown = new ToolFailure('GET https://u:p@h/ failed')
    expect(await messageOf(thrown)).toBe('GET https://[redacted]@h/ failed')
    expect(await messageOf(thrown, { redact: false })).toBe('GET https://u:p@h/ failed')
  })

  test('the search for credentials takes linear time, without backtracking', () => {
    const unit = [
      'authorization:',
      'authorization: a ',
      'Bearer ',
      '://',
      '://a@',
      'eyJ',
      'eyJ-',
      'eyJaaaaaa.',
      'sk-',
      '-sk-a',
      'password',
      'password:',
      'password="',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN ',
      'xoxb-',
      ' ',
      'cookie:',
      '…',
      '\\"token',
    ]
    // A step that went back would take minutes here.
    for (const repeated of unit) expect(redactPatterns(repeated.repeat(100_000)).length).toBeGreaterThan(0)
  })

  test('I35 redaction never throws, and leaves no part of a key that was cut off', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typeof redactPatterns(text)).toBe('string')
      }),
    )
    expect(redactPatterns('the key sk-12…')).toBe('the key [redacted]…')
  })
})

describe("the application's own function", () => {
  test("the application's own redaction gets each message after the other redactions", async () => {
    const seen: string[] = []
    const redact = (message: string): string => (seen.push(message), message.replaceAll('Bob', '***'))
    expect(await messageOf(new Error('Bob has password=x1'), { redact })).toBe('*** has password=[redacted]')
    expect(seen).toEqual(['Bob has password=[redacted]'])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['gives no text', () => undefined as unknown as string],
  ])('a redaction of the application that %s leaves no message', async (_how, redact) => {
    expect(await messageOf(new Error('Bob'), { redact })).toBe(
      'The error message is withheld, since taking secrets out of it failed.',
    )
  })
})

test.each([
  [{ secrets: 'abcd' }, 'secrets: expected an array of texts, got "abcd".'],
  [{ secrets: ['abc'] }, 'secrets: expected texts of at least 4 characters, got "a shorter one".'],
  [{ secrets: [7] }, 'secrets: expected texts of at least 4 characters, got 7.'],
  [{ redact: true }, 'redact: expected false, or a function, got true.'],
])('impossible options are refused, and no secret is in the error: %j', (options, message) => {
  expect(() => new ToolExecutor({ tools: [], ...(options as object) })).toThrow(message)
})
