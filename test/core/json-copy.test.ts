import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyJson, MAX_DEPTH, NotJson, utf8Length } from '../../packages/aof-runtime/src/core/values/json-copy.ts'
import { revokedProxy, thrownBy } from './harness.ts'

const copy = (value: unknown, maxBytes = 1_048_576): unknown => copyJson(value, { maxBytes })

const refusalOf = (value: unknown, maxBytes = 1_048_576): NotJson => thrownBy(NotJson, () => copy(value, maxBytes))

function nested(depth: number): unknown {
  let value: unknown = 0
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

/** Values that JSON can hold, small and large, flat and deep, of both prototypes. */
const jsonable = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.object({
    maxDepth: 5,
    values: [fc.string(), fc.double(), fc.boolean(), fc.constant(null)],
    withNullPrototype: true,
  }),
  fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean())),
)

function objectsIn(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  for (const inner of Object.values(value)) objectsIn(inner, found)
  return found
}

describe('a JSON copy', () => {
  test('I31 a JSON copy has the same bytes as the JSON of the value', () => {
    fc.assert(
      fc.property(jsonable, (value) => {
        const text = JSON.stringify(value)
        expect(JSON.stringify(copy(value))).toBe(text)
        // Where -0 becomes 0, as in JSON.
        expect(copy(value)).toStrictEqual(JSON.parse(text))
      }),
      { numRuns: 1_000 },
    )
  })

  test('a JSON copy shares no object with the value, and freezes nothing', () => {
    fc.assert(
      fc.property(jsonable, (value) => {
        const before = objectsIn(value)
        for (const object of objectsIn(copy(value))) expect(before.has(object)).toBe(false)
        for (const object of before) expect(Object.isFrozen(object)).toBe(false)
      }),
    )
  })

  test('I31 any value becomes JSON or an error', () => {
    fc.assert(
      fc.property(
        fc.anything({
          maxDepth: 4,
          withBigInt: true,
          withBoxedValues: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withObjectString: true,
          withSet: true,
          withSparseArray: true,
          withTypedArray: true,
          withUnicodeString: true,
        }),
        (value) => {
          let copied: unknown
          try {
            copied = copy(value)
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(NotJson)
            return
          }
          expect(JSON.parse(JSON.stringify(copied))).toStrictEqual(copied)
          expect(JSON.stringify(copied).isWellFormed()).toBe(true)
          expect(copy(copied)).toStrictEqual(copied)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('I30 a JSON copy is refused for its size exactly if it is larger than the limit', () => {
    fc.assert(
      fc.property(jsonable, fc.integer({ min: 2, max: 9_000 }), (value, maxBytes) => {
        const bytes = utf8Length(JSON.stringify(value))
        if (bytes > maxBytes) expect(refusalOf(value, maxBytes).reason).toBe('too_large')
        else expect(copy(value, maxBytes)).toStrictEqual(JSON.parse(JSON.stringify(value)))
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['the text of a scalar', 'abc', 5],
    ['a number', 12_345, 5],
    ['an array', [1], 3],
    ['arrays in arrays', [[1], [2], [[3]]], 15],
    ['an object', { a: 1, b: 2 }, 13],
    ['many keys of control characters', Object.fromEntries(keysOf(8)), 6_193],
    ['text of three bytes a unit', '€'.repeat(1_000), 3_002],
  ])('I30: the limit counts exactly for %s', (_what, value, bytes) => {
    expect(utf8Length(JSON.stringify(value))).toBe(bytes)
    expect(copy(value, bytes)).toStrictEqual(value)
    expect(refusalOf(value, bytes - 1).message).toBe(`is larger than ${bytes - 1} bytes as JSON`)
  })
})

function keysOf(count: number): [string, string][] {
  return Array.from({ length: count }, (_, i) => [String.fromCharCode(i + 14).repeat(64), '\u0001'.repeat(64)])
}

class Temperature {
  readonly #degrees = 21
  toJSON(): unknown {
    return { degrees: this.#degrees }
  }
}

describe('a JSON copy of special objects', () => {
  const date = new Date('2026-01-02T03:04:05.678Z')
  test.each([
    ['undefined at the top', undefined, null],
    ['undefined in an array', [undefined], [null]],
    ['undefined in an object', { a: undefined, b: 1 }, { b: 1 }],
    ['54: a BigInt', { n: 2n ** 70n }, { n: '1180591620717411303424' }],
    ['a Date', { at: date }, { at: '2026-01-02T03:04:05.678Z' }],
    ['an invalid Date', { at: new Date(NaN) }, { at: null }],
    ['64: NaN and the infinities', [NaN, Infinity, -Infinity], [null, null, null]],
    ['-0', { n: -0 }, { n: 0 }],
    ['65: a Set', { s: new Set([1, 'a']) }, { s: [1, 'a'] }],
    ['65: a Map', new Map<string, unknown>([['a', new Map([['b', 1]])]]), { a: { b: 1 } }],
    ['an Error', { e: new TypeError('bad') }, { e: { name: 'TypeError', message: 'bad' } }],
    ['an Error with a code', Object.assign(new Error('no'), { code: 7 }), { code: 7, name: 'Error', message: 'no' }],
    ['boxed values', [Object('a'), Object(1), Object(true)], ['a', 1, true]],
    ['a class with toJSON', { t: new Temperature() }, { t: { degrees: 21 } }],
    ['toJSON that returns a Set', { toJSON: () => new Set([1]) }, [1]],
    ['toJSON that returns a Map', { toJSON: () => new Map([['a', 1]]) }, { a: 1 }],
    ['toJSON that returns a Date', { toJSON: () => date }, '2026-01-02T03:04:05.678Z'],
    ['toJSON that returns undefined', { toJSON: () => undefined }, null],
    ['toJSON that returns an array', { toJSON: () => [date, [-0]] }, ['2026-01-02T03:04:05.678Z', [0]]],
    ['a URL', new URL('http://a.b/c'), 'http://a.b/c'],
    ['an unpaired surrogate', { 'k\ud800': 'v\udfff' }, { 'k\ufffd': 'v\ufffd' }],
    ['an object without prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['the same object twice', [date, date], ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z']],
  ])('%s', (_what, value, expected) => {
    expect(copy(value)).toStrictEqual(expected)
  })

  test('a JSON copy shares nothing with the value that toJSON returns', () => {
    const [list, object] = [[[1]], { a: { b: 1 } }]
    const copied = copy([{ toJSON: () => list }, { toJSON: () => object }])
    for (const inner of objectsIn(copied)) expect([...objectsIn(list), ...objectsIn(object)]).not.toContain(inner)
    expect(copied).toEqual([list, object])
  })

  test('I38 a JSON copy keeps a key named __proto__ as an own property', () => {
    const copied = copy(JSON.parse('{"__proto__":{"polluted":1},"a":[]}'))
    expect(Object.getPrototypeOf(copied)).toBe(Object.prototype)
    expect(JSON.stringify(copied)).toBe('{"__proto__":{"polluted":1},"a":[]}')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  const circular: Record<string, unknown> = { a: [] }
  circular['a'] = [{ b: circular }]
  const setOfItself = new Set<unknown>()
  setOfItself.add(setOfItself)
  test.each([
    ['53: a cycle', circular, 'contains itself, at /a/0/b'],
    ['53: a Set that contains itself', { s: setOfItself }, 'contains itself, at /s/0'],
    ['63: a function', { f: () => 1 }, 'is a function, at /f'],
    ['63: a symbol', [Symbol('s')], 'is a symbol, at /0'],
    ['a promise', { p: Promise.resolve(1) }, 'is a promise (await it), at /p'],
    ['a Map with other keys', new Map([[1, 2]]), 'is a Map with keys that are not strings'],
    ['too many levels', nested(MAX_DEPTH + 1), `is nested deeper than ${MAX_DEPTH} levels`],
    ['a toJSON without end', endlessToJson(), `is nested deeper than ${MAX_DEPTH} levels`],
    ['binary data', { b: new Uint8Array(3) }, 'is binary data'],
    ['a Blob', new Blob(['a']), 'is binary data'],
    ['74: an endless generator', naturals(), 'is a stream or an iterator'],
    ['74: an endless asynchronous generator', laterNaturals(), 'is a stream or an iterator'],
    ['74: a stream', new ReadableStream(), 'is a stream or an iterator'],
    ['a list of headers', new Headers({ a: 'b' }), 'is a stream or an iterator'],
    ['an HTTP response', new Response('body'), 'is an HTTP response'],
    ['a key that needs escaping', { 'a/b~c': Symbol('s') }, 'is a symbol, at /a~1b~0c'],
  ])('a JSON copy of %s is refused, with the place', (_what, value, message) => {
    const { message: got, reason } = refusalOf(value)
    expect(got.slice(0, message.length)).toBe(message)
    expect(reason).toBe('unserializable')
  })

  test.each([
    [
      '55: a getter',
      {
        get a() {
          throw new Error('from the value')
        },
      },
    ],
    [
      '55: a getter beside much else',
      {
        big: ['x'],
        get a() {
          throw new Error('from the value')
        },
      },
    ],
    [
      '56: toJSON',
      {
        toJSON: () => {
          throw new Error('from the value')
        },
      },
    ],
    [
      'a proxy',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('from the value')
          },
        },
      ),
    ],
  ])('an error that %s throws reaches the caller of the copy', (_what, value) => {
    expect(() => copy(value)).toThrow('from the value')
  })

  test('bad inputs 56, 57: a value that throws null, and a revoked proxy, throw but never hang', () => {
    let thrown: unknown = 'nothing'
    try {
      copy({
        toJSON: () => {
          throw null
        },
      })
    } catch (got) {
      thrown = got
    }
    expect(thrown).toBeNull()
    expect(() => copy(revokedProxy())).toThrow(TypeError)
  })

  test('a JSON copy may be as deep as the limit', () => {
    expect(copy(nested(MAX_DEPTH))).toStrictEqual(nested(MAX_DEPTH))
  })
})

function endlessToJson(): object {
  return { toJSON: () => ({ a: endlessToJson() }) }
}

function* naturals(): Generator<number> {
  for (let n = 0; ; n++) yield n
}

async function* laterNaturals(): AsyncGenerator<number> {
  for (let n = 0; ; n++) yield n
}

describe('keys that reach a prototype (I38)', () => {
  const guarded = (value: unknown): unknown => copyJson(value, { maxBytes: 10_000, refusePrototypeKeys: true })

  test.each([
    '{"__proto__":{"isAdmin":true}}',
    '{"a":[{"__proto__":1}]}',
    '{"__proto__":"short"}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"deep":{"constructor":{"prototype":null}}}',
  ])('I38 keys that reach a prototype are refused on request: %s', (text) => {
    expect(() => guarded(JSON.parse(text))).toThrow(/has the key (__proto__|constructor), which is not allowed/)
  })

  test.each(['{"constructor":"Ferrari"}', '{"constructor":{"name":"Ferrari"}}', '{"prototype":1}'])(
    'a harmless key of such a name stays: %s',
    (text) => {
      expect(JSON.stringify(guarded(JSON.parse(text)))).toBe(text)
    },
  )
})

test('utf8Length counts bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 800 }), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text.toWellFormed()))
    }),
  )
})

test('I38 a property that other code added to Object.prototype does not become a property of a copy', () => {
  const prototype = Object.prototype as { polluted?: number }
  prototype.polluted = 1
  try {
    const copies = [{ a: 1 }, {}, { a: { b: 2 } }].map((value) =>
      Object.keys(copyJson(value, { maxBytes: 1_000_000 }) as object),
    )
    expect(copies).toEqual([['a'], [], ['a']])
  } finally {
    delete prototype.polluted
  }
})
