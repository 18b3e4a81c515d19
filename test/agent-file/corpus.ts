import { readdirSync, readFileSync } from 'node:fs'

/** A file of the corpus. */
export interface Sample {
  readonly name: string
  readonly text: string
  /** The expected problems: `line:column severity code: fix`, with lines counted below the comments at the top. */
  readonly expected: readonly string[]
  /** Whether the JSON Schema refuses the file too, accepts it although it is bad, or the file is not YAML at all. */
  readonly schema: 'refuses' | 'accepts' | 'unreadable'
}

/** The agent files in `corpus/good` or `corpus/bad`; their names do not end in `.yaml`, so that no tool formats them. */
export function corpus(kind: 'good' | 'bad'): Sample[] {
  const directory = new URL(`corpus/${kind}/`, import.meta.url)
  return readdirSync(directory).map((file) => {
    const whole = readFileSync(new URL(file, directory), 'utf8')
    const schema = /^# schema: (accepts|unreadable)$/m.exec(whole)?.[1] as 'accepts' | 'unreadable' | undefined
    return {
      name: file.replace(/\.agent$/, ''),
      text: whole.replace(/^(?:# (?:expect|schema): .*\n)+/, ''),
      expected: Array.from(whole.matchAll(/^# expect: (.*)$/gm), ([, words = '']) => words),
      schema: schema ?? (kind === 'good' ? 'accepts' : 'refuses'),
    }
  })
}
