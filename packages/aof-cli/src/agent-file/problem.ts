import { type Place, quoted, type Source, type Span } from './source.ts'

/** The kind of a problem, for programs. */
export type ProblemCode =
  // problems of the text itself
  | 'too_large'
  | 'too_deep'
  | 'too_many_parts'
  | 'encoding'
  | 'control_character'
  | 'syntax'
  | 'directive'
  | 'tag'
  | 'alias'
  | 'key'
  | 'duplicate_key'
  | 'forbidden_key'
  // problems of the content
  | 'missing_field'
  | 'unknown_field'
  | 'wrong_type'
  | 'wrong_value'
  | 'conflict'
  | 'several_agents'
  | 'ambiguous_number'
  | 'inexact_number'
  | 'outside'
  | 'not_found'
  | 'placeholder'
  | 'substitution'
  | 'unsafe'
  // warnings only
  | 'hidden_character'
  | 'not_substituted'
  | 'unsupported'
  | 'suspicious'

/** A problem of a file: its place, its reason and its remedy. */
export interface Problem extends Place {
  /** `error`: the file cannot be used; `warning`: it can be used, but does not do what it seems to say. */
  readonly severity: 'error' | 'warning'
  readonly code: ProblemCode
  /** The expectation, and the actual content. */
  readonly message: string
  /** The remedy. */
  readonly fix?: string
}

/** A problem without its place. */
export interface Finding extends Pick<Problem, 'code' | 'message'> {
  readonly fix?: string | undefined
}

/** A problem at a known place. */
export function problemAt(place: Place, severity: Problem['severity'], { code, message, fix }: Finding): Problem {
  const { file, line, column, path, excerpt } = place
  return { file, line, column, path, excerpt, severity, code, message, ...(fix !== undefined && { fix }) }
}

/** The largest number of problems that are listed for one file. */
export const MAX_PROBLEMS = 100

/** Collects the problems of one file. */
export class Findings {
  readonly source: Source
  readonly #problems: Problem[] = []
  #errors = 0

  constructor(source: Source) {
    this.source = source
  }

  get failed(): boolean {
    return this.#errors > 0
  }

  /** True if the list has reached its limit. */
  get full(): boolean {
    return this.#problems.length >= MAX_PROBLEMS
  }

  error(span: Span, finding: Finding): void {
    this.add(problemAt(this.source.place(span), 'error', finding))
  }

  warn(span: Span, finding: Finding): void {
    this.add(problemAt(this.source.place(span), 'warning', finding))
  }

  /** The problems in the order of the file, errors before warnings at the same place. */
  list(): Problem[] {
    return inOrder(this.#problems)
  }

  add(problem: Problem): void {
    if (problem.severity === 'error') this.#errors++
    const known = this.#problems.some(
      (other) => other.line === problem.line && other.column === problem.column && other.message === problem.message,
    )
    if (!known && !this.full) this.#problems.push(problem)
  }
}

/** Problems in the order of their file, errors before warnings at the same place. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  const rank = (problem: Problem): number => (problem.severity === 'error' ? 0 : 1)
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column || rank(a) - rank(b))
}

/** Reports agents or tools of a file that have the same name. */
export function reportRepeatedNames(
  what: string,
  named: readonly { readonly name: string | undefined; readonly at: Place }[],
  findings: Findings,
): void {
  const lines = new Map<string, number>()
  for (const { name, at } of named) {
    if (name === undefined) continue
    const line = lines.get(name)
    if (line === undefined) lines.set(name, at.line)
    else {
      const message = `two ${what} are called ${quoted(name)}, the first in line ${line}`
      findings.add(problemAt(at, 'error', { code: 'conflict', message, fix: 'give one of them another name' }))
    }
  }
}
