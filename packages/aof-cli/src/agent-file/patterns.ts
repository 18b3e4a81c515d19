/** A pattern for text. */
export interface Pattern {
  /** The whole text must match it. */
  readonly regex: string
  /** The meaning of the pattern, for messages. */
  readonly words: string
}

/** A name of an environment variable. */
export const VARIABLE: Pattern = {
  regex: '^[A-Za-z_][A-Za-z0-9_]*$',
  words: 'a variable name: letters, digits and _, not beginning with a digit',
}

/** Names of variables that make programs load or run other code; the source of a regular expression. */
export const LOADER_NAMES =
  '^(?:LD_(?:PRELOAD|LIBRARY_PATH|AUDIT)|DYLD_.*|NODE_OPTIONS|BASH_ENV|ENV|SHELLOPTS|PROMPT_COMMAND|PYTHONSTARTUP|PYTHONPATH|PERL5(?:OPT|LIB)|RUBY(?:OPT|LIB)|JAVA_TOOL_OPTIONS|GIT_(?:SSH|SSH_COMMAND|EXTERNAL_DIFF|PAGER|EDITOR|CONFIG.*|EXEC_PATH|PROXY_COMMAND|ASKPASS)|SSH_ASKPASS|PAGER|EDITOR|VISUAL|IFS)$'

/** Text in which `${NAME}` and `${NAME:-default}` stand for variables, and `$${` for `${`; no other text begins with `${`. */
export const TEMPLATE = '^(?:\\$\\$\\{|\\$\\{[A-Za-z_][A-Za-z0-9_]*(?::-[^${}]*)?\\}|\\$(?!\\{)|[^$])*$'

/** The ending of a module's file name; the source of a regular expression. */
export const MODULE_ENDING = '\\.[cm]?[jt]s$'

export const HEADER: Pattern = { regex: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", words: 'the name of an HTTP header' }

export const LABEL: Pattern = {
  regex: '^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$',
  words: 'letters, digits, and . _ - / between them',
}

export const AGENT_NAME: Pattern = {
  regex: '^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$',
  words: 'letters, digits, and . _ - between them, at most 253',
}

/** A tool name that all providers allow. */
export const TOOL_NAME: Pattern = {
  regex: '^[A-Za-z_][A-Za-z0-9_-]{0,63}$',
  words: 'letters, digits, _ and -, beginning with a letter, at most 64',
}

/** The name of a provider. */
export const NAME: Pattern = { regex: '^[A-Za-z][A-Za-z0-9_-]*$', words: 'letters, digits, _ and -' }

/** The short form of a rate, a number of starts and a time; the source of a regular expression. */
export const RATE = '^[1-9][0-9]{0,5}/([1-9][0-9]{0,5})?(ms|s|m|h)$'

/** A resource. It must not be a glob pattern, because no shell would expand it. */
export const RESOURCE: Pattern = {
  regex: '^[^*?\\[\\]\\s]([^*?\\[\\]]*[^*?\\[\\]\\s])?$',
  words: 'a path (a directory is all that is below it) or a name like db:users, no pattern',
}
