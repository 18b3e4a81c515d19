/** Whether a string has a format. Checks take linear time: they read the string once, or the parts of it. */
type Format = (text: string) => boolean

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[zZ]|([+-])(\d\d):(\d\d))$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const OCTET = /^(?:0|[1-9]\d{0,2})$/
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+$/
const URI_TEXT = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9a-f]{2})*$/i
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const DAYS = String.raw`(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)`
const CLOCK = String.raw`T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)`
const DURATION = new RegExp(`^P(?:\\d+W|${DAYS}(?:${CLOCK})?|${CLOCK})$`)
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/

function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number)
  if (year === undefined || month === undefined || day === undefined) return false
  if (month < 1 || month > 12 || day < 1) return false
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return day <= days
}

function isTime(text: string): boolean {
  const match = TIME.exec(text)
  if (match === null) return false
  const [hour = 0, minute = 0, second = 0] = match.slice(1, 4).map(Number)
  const [offsetHour = 0, offsetMinute = 0] = match.slice(5, 7).map((part) => Number(part ?? 0))
  if (hour > 23 || minute > 59 || offsetHour > 23 || offsetMinute > 59) return false
  if (second < 60) return true
  // Leap seconds are added at midnight UTC.
  const sign = match[4] === '-' ? -1 : 1
  const minutes = hour * 60 + minute - sign * (offsetHour * 60 + offsetMinute)
  return second === 60 && (minutes + 2 * 1_440) % 1_440 === 1_439
}

function isHostname(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label))
}

function isIpv4(text: string): boolean {
  const parts = text.split('.', 5)
  return parts.length === 4 && parts.every((part) => OCTET.test(part) && Number(part) <= 255)
}

function isIpv6(text: string): boolean {
  if (text.length > 45 || !/^[0-9a-f:.]*$/i.test(text)) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1)?.at(-1)
  const hasIpv4 = last?.includes('.') === true
  if (hasIpv4 && !isIpv4(last)) return false
  const hex = groups.flat().slice(0, hasIpv4 ? -1 : undefined)
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false
  const count = hex.length + (hasIpv4 ? 2 : 0)
  return halves.length === 2 ? count <= 7 : count === 8
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  if (at < 1 || text.length > 320) return false
  const host = text.slice(at + 1)
  const local = text.slice(0, at)
  const isQuoted = /^"(?:[^"\\]|\\.)*"$/.test(local)
  if (!isQuoted && !local.split('.').every((part) => LOCAL_PART.test(part))) return false
  if (!host.startsWith('[')) return isHostname(host)
  const address = host.slice(1, -1)
  return host.endsWith(']') && (isIpv4(address) || (address.startsWith('IPv6:') && isIpv6(address.slice(5))))
}

function isUriReference(text: string): boolean {
  return URI_TEXT.test(text) && !/^[^?#]*#[^#]*#/.test(text) && (!SCHEME.test(text) || isUri(text))
}

function isUri(text: string): boolean {
  if (!URI_TEXT.test(text) || !SCHEME.test(text)) return false
  const authority = /^[^:]+:\/\/([^/?#]*)/.exec(text)?.[1]
  if (authority === undefined) return !/[[\]]/.test(text.split(/[?#]/, 1)[0] ?? '')
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (/[[\]]/.test(authority.slice(0, authority.length - host.length))) return false
  const literal = /^\[([^\]]*)\](?::\d*)?$/.exec(host)?.[1]
  if (literal !== undefined) return isIpv6(literal) || /^v[0-9a-f]+\.[\w.~!$&'()*+,;=:-]+$/i.test(literal)
  return /^[^[\]:]*(?::\d*)?$/.test(host)
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}

/** The formats that are checked. All other formats are annotations for people. */
export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['date', isDate],
  ['time', isTime],
  ['date-time', (text) => /^[tT]$/.test(text.charAt(10)) && isDate(text.slice(0, 10)) && isTime(text.slice(11))],
  ['duration', (text) => DURATION.test(text)],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['uri', isUri],
  ['uri-reference', isUriReference],
  ['uuid', (text) => UUID.test(text)],
  ['json-pointer', (text) => POINTER.test(text)],
  [
    'relative-json-pointer',
    (text) => /^(?:0|[1-9]\d*)(?:#$|(?=\/)|$)/.test(text) && POINTER.test(text.replace(/^\d+#?/, '')),
  ],
  ['regex', isRegex],
])
