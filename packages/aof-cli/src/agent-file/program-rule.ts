/**
 * The rule for a program that takes programs: the positions of code, and of other programs' names, in its arguments.
 *
 * Options are texts with several of them, separated by blanks.
 *
 * The list of programs is finite. It covers the usual programs of shells, languages, databases and containers that run a
 * value on this machine. It does not cover: programs of your own; files whose content is code or configuration (a
 * Makefile, a playbook, a kubeconfig, a test); programs that a service runs for its client (`kubectl run`,
 * `terraform apply`); package installation (`npm install`, `pip install`).
 */
export interface ProgramRule {
  /** Options whose value is code, or names code to load. */
  readonly code?: string
  /** Options after which everything is code. */
  readonly rest?: string
  /** Options that a program and its arguments follow, up to the end, `;` or `+`. */
  readonly programs?: string
  /** Options whose value is `name=value`; a name that {@link ProgramRule.runs} knows makes the value code. */
  readonly settings?: string
  readonly runs?: RegExp
  /** Options with any other value; the value is not an operand. */
  readonly values?: string
  /** Options with two such values. */
  readonly pairs?: string
  /** Complete options that a longer option of `code` begins with; they do not abbreviate it. */
  readonly whole?: string
  /** Options whose value is code even after a subcommand that {@link ProgramRule.subcommands} lacks. */
  readonly anywhere?: string
  /** Options with which the first operand is only inspected, or is no longer the program. */
  readonly plain?: string
  readonly operands?: Operands
  /** Rules by the first operand. */
  readonly subcommands?: Readonly<Record<string, ProgramRule>>
}

/** A program that runs another one: its names, its options with a value, and the number of operands before that one. */
export type Wrapper = readonly [names: string, values: string, after?: number]

export type Operands =
  /** The first operand is a script, unless an option has given one; the others are data. */
  | { readonly kind: 'script' }
  /** The first operand is a file of code, unless an option has given the code; the others are its arguments. */
  | { readonly kind: 'file' }
  /** All operands are code, except for a number of them at the beginning; with `mixed`, options may be among them. */
  | { readonly kind: 'code'; readonly after: number; readonly mixed?: boolean }
  /** A name and a value; a name that {@link ProgramRule.runs} knows makes the value code. */
  | { readonly kind: 'setting' }
  /** A program and its arguments after a number of other operands; with `dashes` after `--`, if present. */
  | { readonly kind: 'command'; readonly after: number; readonly dashes?: boolean }
  /** An image, followed by a program in it and its arguments. */
  | { readonly kind: 'image' }

export const file: Operands = { kind: 'file' }
export const script: Operands = { kind: 'script' }
export const code = (after: number): Operands => ({ kind: 'code', after })
export const words = (after: number): Operands => ({ kind: 'code', after, mixed: true })
export const command = (after = 0): Operands => ({ kind: 'command', after })
export const dashed = (after: number): Operands => ({ kind: 'command', after, dashes: true })
