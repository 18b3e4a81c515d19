import type { Place, Source, Span } from './source.ts'

/** What kind of thing is wrong; for programs. */
export type ProblemCode =
  // the text itself
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
  // what it says
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

/** One thing that is wrong with a file: where, what, and what to do about it. */
export interface Problem extends Place {
  /** `error`: the file cannot be used; `warning`: it can, but does not do what it seems to say. */
  readonly severity: 'error' | 'warning'
  readonly code: ProblemCode
  /** What was expected and what is there. */
  readonly message: string
  /** What to do about it. */
  readonly fix?: string
}

/** What a problem is, without where. */
export type Finding = Pick<Problem, 'code' | 'message' | 'fix'>

/** A problem at a place known earlier. */
export function problemAt(place: Place, severity: Problem['severity'], finding: Finding): Problem {
  const { file, line, column, path, excerpt } = place
  return { file, line, column, path, excerpt, severity, ...finding }
}

/** The most problems that are listed of one file. */
export const MAX_PROBLEMS = 100

/** Collects what is wrong with one file. */
export class Findings {
  readonly source: Source
  readonly #problems: Problem[] = []
  #errors = 0

  constructor(source: Source) {
    this.source = source
  }

  /** Findings of another document of the same file. */
  another(): Findings {
    return new Findings(this.source)
  }

  get failed(): boolean {
    return this.#errors > 0
  }

  /** Whether so much is wrong already that there is no use in looking for more. */
  get full(): boolean {
    return this.#problems.length >= MAX_PROBLEMS
  }

  error(span: Span, path: string, finding: Finding): void {
    this.add(problemAt(this.source.place(span, path), 'error', finding))
  }

  warn(span: Span, path: string, finding: Finding): void {
    this.add(problemAt(this.source.place(span, path), 'warning', finding))
  }

  /** In the order of the file; errors before warnings at one place. */
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

/** Problems in the order of their file; errors before warnings at one place. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column || rank(a) - rank(b))
}

function rank(problem: Problem): number {
  return problem.severity === 'error' ? 0 : 1
}
