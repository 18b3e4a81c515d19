import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readArguments } from '../../packages/aof-runtime/src/core/values/arguments.ts'
import { revokedProxy } from './harness.ts'

const LIMIT = 1_048_576
const read = (given: unknown, maxBytes = LIMIT): ReturnType<typeof readArguments> => readArguments(given, maxBytes)

function valueOf(given: unknown): unknown {
  const outcome = read(given)
  if (!outcome.ok) throw new Error(outcome.message)
  return outcome.value
}

function refusalOf(given: unknown, maxBytes = LIMIT): { code: string; message: string } {
  const outcome = read(given, maxBytes)
  if (outcome.ok) throw new Error(`expected a refusal of ${JSON.stringify(outcome.value).slice(0, 100)}`)
  return outcome
}

describe('arguments as text', () => {
  test('arguments as text become the value that JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const parsed: unknown = JSON.parse(text)
        const outcome = read(text)
        // Other numbers and keys are refused, and unpaired surrogates replaced: tested below.
        if (outcome.ok) expect(JSON.stringify(outcome.value)).toBe(JSON.stringify(parsed ?? {}).toWellFormed())
        else expect(text).toMatch(/__proto__|constructor|\d{16}|[eE]/)
      }),
    )
  })

  test.each(['', ' ', '\n\t ', ' '.repeat(500)])('blank text stands for no arguments: %j', (text) => {
    expect(valueOf(text)).toEqual({})
  })

  test.each([
    ['26: truncated in a string', '{"path":"a'],
    ['27: valid if it were closed', '{"commands":["npm i","npm t"'],
    ['27: cut in the middle of a number', '{"keep": 100'],
    ['28: two values', '{"a":1}{"b":2}'],
    ['a trailing comma', '{"a":1,}'],
    ['a comment', '{"a":1}//'],
    ['single quotes', "{'a':1}"],
    ['a code fence', '```json\n{"a":1}\n```'],
    ['NaN', '{"a":NaN}'],
    ['a raw control character', '{"a":"\u0001"}'],
    ['a cut escape', '{"a":"\\ud8'],
  ])('I37 %s is never mended', (_what, text) => {
    const { code, message } = refusalOf(text)
    expect(code).toBe('unparsable_arguments')
    expect(message).toMatch(
      /^The arguments are not valid JSON \(at position \d+ .+: .*\)\. Send one complete JSON object, every quote and bracket closed\.$/s,
    )
  })

  test('I37 no proper prefix of an object is accepted', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (object, at) => {
        const text = JSON.stringify(object)
        const prefix = text.slice(0, 1 + (at % (text.length - 1)))
        expect(read(prefix).ok).toBe(false)
      }),
    )
  })

  test.each([
    ['{"__proto__":{"isAdmin":true}}', '__proto__'],
    ['{"\\u005f_proto__":{"isAdmin":true}}', '__proto__'],
    ['[{"a":{"__proto__":1}}]', '__proto__'],
    ['{"constructor":{"prototype":{"x":1}}}', 'constructor'],
    ['{"c\\u006fnstructor":{"prototype":{"x":1}}}', 'constructor'],
    [`{"pad":"${'x'.repeat(300)}","__proto__":1}`, '__proto__'],
    [`{"pad":"${'x'.repeat(300)}","constructor":{"prototype":1}}`, 'constructor'],
  ])('I38 bad inputs 23, 24: a key that reaches a prototype is refused: %s', (text, key) => {
    const { code, message } = refusalOf(text)
    expect(code).toBe('invalid_arguments')
    expect(message).toContain(`has the key ${key}, which is not allowed`)
    expect(({} as { isAdmin?: boolean; x?: number }).isAdmin).toBeUndefined()
  })

  test.each([
    ['25: a repeated key: the last one counts, for the check as for the tool', '{"a":1,"a":2}', { a: 2 }],
    ['33: an unpaired surrogate becomes U+FFFD', '{"a":"\\ud800"}', { a: '\ufffd' }],
    ['33: also unescaped', '{"a":"\ud800"}', { a: '\ufffd' }],
    ['33: also in a long text', `{"a":"\ud800${'x'.repeat(300)}"}`, { a: `\ufffd${'x'.repeat(300)}` }],
    ['34: a NUL', '{"a":"\\u0000"}', { a: '\0' }],
    ['38: a length', '{"length":4294967295}', { length: 4_294_967_295 }],
    ['37: null as the root, which stands for no arguments', 'null', {}],
    ['null amid spaces', ' null\n', {}],
    ['37: an array as the root', '[1]', [1]],
    ['39: double-encoded text stays a text', '"{\\"a\\":1}"', '{"a":1}'],
    ['a fraction is rounded, as everywhere', '{"a":0.1234567890123456789}', { a: 0.12345678901234568 }],
    ['30: a large integer that is held exactly', '{"a":9007199254740992}', { a: 2 ** 53 }],
    ['an exponent', '{"a":1e21,"b":1E-7}', { a: 1e21, b: 1e-7 }],
    [
      'digits in a text',
      '{"a":"9007199254740993 1e400","b":"\\"9007199254740993"}',
      { a: '9007199254740993 1e400', b: '"9007199254740993' },
    ],
  ])('%s', (_what, text, expected) => {
    expect(valueOf(text)).toStrictEqual(expected)
  })

  test('bad input 32: -0 stays -0, and is 0 in JSON', () => {
    expect(valueOf('{"a":-0}')).toEqual({ a: -0 })
    expect(JSON.stringify(valueOf('{"a":-0}'))).toBe('{"a":0}')
  })

  test.each([
    ['30', '{"id":9007199254740993}', '9007199254740993'],
    ['30', '[-9007199254740993]', '-9007199254740993'],
    ['30', `{"pad":"${'x'.repeat(300)}","id": 12345678901234567890}`, '12345678901234567890'],
    ['31', '{"a":1e400}', '1e400'],
    ['31', '{"a":[{"b":-2E+999 }]}', '-2E+999'],
    ['31', `[${'9'.repeat(400)}]`, `${'9'.repeat(59)}…`],
  ])('bad input %s: a number that double precision would change is refused: %s', (_number, text, shown) => {
    expect(refusalOf(text)).toMatchObject({
      code: 'invalid_arguments',
      message: `The arguments have the number ${shown}, which double precision would change. Send it as a string, or send a number that double precision holds exactly.`,
    })
  })

  test('bad input 30: an integer is accepted exactly if double precision does not change it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (integer) => {
        expect(read(`{"id":${integer}}`).ok).toBe(BigInt(Number(integer)) === integer)
      }),
    )
  })

  test('bad input 29: too many levels are refused before they are parsed', () => {
    expect(refusalOf('['.repeat(500_000) + ']'.repeat(500_000)).message).toBe(
      'The arguments are nested deeper than 256 levels. Send a smaller, plain JSON object.',
    )
    expect(refusalOf('{"a":'.repeat(257) + '1' + '}'.repeat(257)).code).toBe('invalid_arguments')
    expect(read('['.repeat(256) + ']'.repeat(256)).ok).toBe(true)
    expect(valueOf(`{"a":"${'['.repeat(1_000)}\\"${'['.repeat(1_000)}"}`)).toEqual({
      a: `${'['.repeat(1_000)}"${'['.repeat(1_000)}`,
    })
  })

  test('bad input 35: the limit counts bytes, not characters', () => {
    expect(refusalOf(`"${'x'.repeat(10_000_000)}"`).message).toBe(
      'The arguments are larger than 1048576 bytes. Send a smaller, plain JSON object.',
    )
    expect(read('"€€€"', 11).ok).toBe(true)
    expect(read('"€€€"', 10).ok).toBe(false)
  })

  test('bad input 36: a million keys are too large, or accepted unchanged', () => {
    const text = `{${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":0`).join(',')}}`
    expect(refusalOf(text).code).toBe('invalid_arguments')
    expect(
      Object.keys(valueOf(`{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":0`).join(',')}}`) as object).length,
    ).toBe(50_000)
  })
})

describe('arguments as a value', () => {
  test('I5 arguments as a value are copied: later changes on either side do not reach the other', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        fc.pre(!JSON.stringify(object).includes('__proto__') && !JSON.stringify(object).includes('constructor'))
        const text = JSON.stringify(object)
        const value = valueOf(object) as Record<string, unknown>
        expect(JSON.stringify(value)).toBe(text)
        object['later'] = 1
        expect(JSON.stringify(value)).toBe(text)
      }),
    )
  })

  test('missing arguments stand for no arguments', () => {
    expect(valueOf(undefined)).toEqual({})
  })

  const circular: { self?: unknown } = {}
  circular.self = circular
  test.each([
    ['53: a cycle', circular, 'the value contains itself, at /self'],
    ['a function', { f: () => 1 }, 'the value is a function, at /f'],
    ['57: a revoked proxy', revokedProxy(), 'cannot be read'],
    [
      '55: a throwing getter',
      {
        get a() {
          throw new Error('secret')
        },
      },
      'cannot be read',
    ],
    [
      'a getter that throws a revoked proxy',
      {
        get a() {
          throw revokedProxy()
        },
      },
      'cannot be read',
    ],
    [
      '56: toJSON that throws null',
      {
        toJSON() {
          throw null
        },
      },
      'cannot be read',
    ],
    ['23: a prototype key', JSON.parse('{"__proto__":1}'), 'has the key __proto__'],
    ['58: a sparse array', Object.assign([], { 29_999_999: 1 }), 'is larger than 1048576 bytes'],
  ])('%s is refused', (_what, value, part) => {
    const { code, message } = refusalOf(value)
    expect(code).toBe('invalid_arguments')
    expect(message).toContain(part)
    expect(message).not.toContain('secret')
  })
})
