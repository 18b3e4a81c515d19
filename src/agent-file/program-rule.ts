/**
 * What is known of programs that take programs: where in their arguments code stands, or the name of another program.
 *
 * The list has an end. It holds what runs a value on this machine, in the usual programs of a shell, of languages, of
 * databases and of containers. It does not hold: programs of your own; files whose content is code or configuration
 * (a Makefile, a playbook, a kubeconfig, a test); what a service runs for its client (`kubectl run`, `terraform apply`);
 * package installation (`npm install`, `pip install`).
 */
export interface ProgramRule {
  /** Options whose value is code, or names code to be loaded. */
  readonly code?: readonly string[]
  /** Options after which everything is code. */
  readonly rest?: readonly string[]
  /** Options after which a program and its arguments stand, to the end or to `;` or `+`. */
  readonly programs?: readonly string[]
  /** Options whose value is `name=value`; a name that {@link ProgramRule.runs} knows makes the value code. */
  readonly settings?: readonly string[]
  readonly runs?: RegExp
  /** Options with any other value of their own, which is no operand. */
  readonly values?: readonly string[]
  /** Options with two of them. */
  readonly pairs?: readonly string[]
  /** Options that are whole though a longer one of `code` begins like them, and so are no short form of it. */
  readonly whole?: readonly string[]
  /** Options whose value is code also after a subcommand that is not among {@link ProgramRule.subcommands}. */
  readonly anywhere?: readonly string[]
  /** Options with which the first operand is only looked at, or is not the program any more. */
  readonly plain?: readonly string[]
  readonly operands?: Operands
  /** By the first operand. */
  readonly subcommands?: Readonly<Record<string, ProgramRule>>
}

export type Operands =
  /** The first is a script, unless an option has given one; the others are data. */
  | { readonly kind: 'script' }
  /** The first is a file of code, unless an option has given the code; the others are its arguments. */
  | { readonly kind: 'file' }
  /** All are code, but for so many at the beginning; with `mixed`, options may stand among them. */
  | { readonly kind: 'code'; readonly after: number; readonly mixed?: boolean }
  /** A name and a value; a name that {@link ProgramRule.runs} knows makes the value code. */
  | { readonly kind: 'setting' }
  /** A program and its arguments, after so many others; with `dashes` after `--`, if there is one. */
  | { readonly kind: 'command'; readonly after: number; readonly dashes?: boolean }
  /** An image, and then a program in it with its arguments. */
  | { readonly kind: 'image' }

export const file: Operands = { kind: 'file' }
export const script: Operands = { kind: 'script' }
export const code = (after: number): Operands => ({ kind: 'code', after })
export const words = (after: number): Operands => ({ kind: 'code', after, mixed: true })
export const command = (after = 0): Operands => ({ kind: 'command', after })
export const dashed = (after: number): Operands => ({ kind: 'command', after, dashes: true })
