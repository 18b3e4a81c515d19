import type { Work } from './work.ts'

/** Work for comparing the digits of two numbers. */
const DECIMAL_WORK = 32

/** Turns numbers with up to six decimal places into integers. */
const SCALE = 1_000_000

/** Whether `value` is a multiple of `divisor` in decimal notation, e.g. 0.3 of 0.1, which double precision denies. */
export function isMultipleOf(value: number, divisor: number, work: Work): boolean {
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0
  const scaled = Math.round(value * SCALE)
  const scaledDivisor = Math.round(divisor * SCALE)
  if (isScaled(scaled, value) && isScaled(scaledDivisor, divisor)) return scaled % scaledDivisor === 0
  const [digits, exponent] = decimal(value)
  const [divisorDigits, divisorExponent] = decimal(divisor)
  const shift = exponent - divisorExponent
  work.spend(DECIMAL_WORK + (Math.abs(shift) >> 1))
  return shift >= 0
    ? (digits * 10n ** BigInt(shift)) % divisorDigits === 0n
    : digits % (divisorDigits * 10n ** BigInt(-shift)) === 0n
}

/** Whether scaling gave an exact integer: at most six decimal places, and few enough digits to be precise. */
function isScaled(scaled: number, value: number): boolean {
  return scaled / SCALE === value && Math.abs(scaled) < 1e15 && scaled !== 0
}

/** A number as its digits and a power of ten. */
function decimal(value: number): readonly [bigint, number] {
  const [mantissa = '0', exponent = '0'] = String(value).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return [BigInt(whole + fraction), Number(exponent) - fraction.length]
}
